import type { ReactNode } from 'react';
import { useTexts } from '../../texts/use-texts.ts';
import { FactList, type Fact } from '../../ui/fact-list.tsx';
import { Time } from '../../ui/time.tsx';
import type { DeliveryDetails } from './deliveries.query.ts';
import { DeliveryStateTag } from './delivery-state-tag.tsx';
import { useWaitText } from './use-wait-text.ts';

/** What a request is and how it stands. */
export function DeliveryFacts({ delivery }: { readonly delivery: DeliveryDetails }): ReactNode {
  const { requests } = useTexts();
  const waitText = useWaitText();
  const { state, event, why, openRound } = delivery;
  const time = (label: string, atMs: number | undefined): readonly Fact[] =>
    atMs === undefined ? [] : [{ label, value: <Time atMs={atMs} /> }];
  const id = (label: string, text: string | undefined): readonly Fact[] =>
    text === undefined ? [] : [{ label, value: text, copyText: text, isWide: true }];
  return (
    <div className="stack-small">
      <div className="row">
        <strong className="delivery__event">{event}</strong>
        <DeliveryStateTag state={state} />
        {openRound !== undefined && <span className="soft small">{requests.resendUnderWay}</span>}
      </div>
      {why !== undefined && state !== 'failed' && <p>{waitText(why)}</p>}
      <FactList
        facts={[
          ...id(requests.deliveryId, delivery.id),
          ...id(requests.eventId, delivery.eventId),
          ...time(requests.scheduled, delivery.createdAt),
          ...time(requests.lastAttempt, delivery.lastAttemptAt),
          ...time(requests.nextAttempt, openRound?.nextAttemptAt ?? delivery.nextAttemptAt),
          { label: requests.attempts, value: delivery.attempts },
        ]}
      />
    </div>
  );
}
