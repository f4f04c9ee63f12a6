import type { ReactNode } from 'react';
import { useTexts } from '../../texts/use-texts.ts';
import { Tag } from '../../ui/tag.tsx';
import type { DeliveryState } from './requests-search.ts';

const TONES = {
  queued: 'neutral',
  retrying: 'warn',
  waiting: 'warn',
  succeeded: 'good',
  failed: 'bad',
  expired: 'bad',
  skipped: 'neutral',
} as const;

export function DeliveryStateTag({ state }: { readonly state: DeliveryState }): ReactNode {
  const { requests } = useTexts();
  return (
    <Tag tone={TONES[state]} hasDot title={requests.stateHints[state]}>
      {requests.states[state]}
    </Tag>
  );
}
