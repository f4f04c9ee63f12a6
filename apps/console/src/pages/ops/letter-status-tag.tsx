import type { ReactNode } from 'react';
import { useTexts } from '../../texts/use-texts.ts';
import { Tag } from '../../ui/tag.tsx';
import type { LetterStatus } from './ops-search.ts';

const TONES = { open: 'warn', redriven: 'good', dropped: 'neutral' } as const;

export function LetterStatusTag({ status }: { readonly status: LetterStatus }): ReactNode {
  const { ops } = useTexts();
  return (
    <Tag tone={TONES[status]} hasDot>
      {ops.statuses[status]}
    </Tag>
  );
}
