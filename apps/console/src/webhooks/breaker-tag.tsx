import type { ReactNode } from 'react';
import { useTexts } from '../texts/use-texts.ts';
import { Tag } from '../ui/tag.tsx';
import type { HealthSummary } from './webhook.queries.ts';

const TONES = { closed: 'neutral', open: 'bad', 'half-open': 'warn' } as const;

/** Whether deliveries go out, or are put off because the endpoint does not answer. */
export function BreakerTag({ breaker }: { readonly breaker: HealthSummary['breaker'] | undefined }): ReactNode {
  const { webhooks } = useTexts();
  if (breaker === undefined) return <span className="soft">–</span>;
  const { state } = breaker;
  if (state === 'closed') return <span className="soft">{webhooks.breaker.closed}</span>;
  return (
    <Tag tone={TONES[state]} hasDot title={webhooks.breakerHint[state]}>
      {webhooks.breaker[state]}
    </Tag>
  );
}
