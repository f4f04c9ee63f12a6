import type { ReactNode } from 'react';
import { isUnanswered } from '../api/api-error.ts';
import { useTexts } from '../texts/use-texts.ts';
import { explain } from '../texts/explain.ts';
import { Notice } from './notice.tsx';

export interface ErrorNoticeProps {
  readonly error: Error;
  /** What did not work, before why; left out where that is not known. */
  readonly prefix?: string;
  readonly action?: ReactNode;
}

/** What went wrong and what to do, in words. */
export function ErrorNotice({ error, prefix, action }: ErrorNoticeProps): ReactNode {
  const texts = useTexts();
  const { title, advice } = explain(error, texts);
  const hasPrefix = prefix !== undefined && !isUnanswered(error);
  return (
    <Notice tone="bad" title={hasPrefix ? `${prefix} ${title}` : title} action={action}>
      {advice}
    </Notice>
  );
}
