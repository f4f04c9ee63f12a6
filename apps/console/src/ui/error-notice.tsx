import type { ReactNode } from 'react';
import { useTexts } from '../texts/use-texts.ts';
import { explain } from '../texts/explain.ts';
import { Notice } from './notice.tsx';

export interface ErrorNoticeProps {
  readonly error: Error;
  /** What did not work, before why. */
  readonly prefix?: string;
  readonly action?: ReactNode;
}

/** What went wrong and what to do, in words. */
export function ErrorNotice({ error, prefix, action }: ErrorNoticeProps): ReactNode {
  const texts = useTexts();
  const { title, advice } = explain(error, texts);
  return (
    <Notice tone="bad" title={prefix === undefined ? title : `${prefix} ${title}`} action={action}>
      {advice}
    </Notice>
  );
}
