import type { Owner, ResendableDelivery, RoundRequest } from '../../application/resend-requests.port.ts';
import type { ResendFilter } from '../../domain/bulk-resend.ts';
import type { ResendableRow } from './resend.sql.ts';

/** Of requests of one owner, one actor and one time; `INSERT_REQUESTS` says which is which. */
export function requestParameters(
  { tenantId, webhookId }: Owner,
  { actor, bulkId, atMs }: Pick<RoundRequest, 'actor' | 'bulkId' | 'atMs'>,
  requests: readonly RoundRequest[],
): readonly unknown[] {
  return [
    bulkId,
    tenantId,
    webhookId,
    new Date(atMs),
    actor,
    requests.map(({ deliveryId }) => deliveryId),
    requests.map(({ round }) => round),
  ];
}

export function filterParameters({ tenantId, webhookId }: Owner, filter: ResendFilter): readonly unknown[] {
  return [tenantId, webhookId, filter.state, new Date(filter.fromMs), new Date(filter.toMs), filter.eventType];
}

export function resendableOf({
  seenRound,
  seenState,
  seenAtMs,
  seenNextAtMs,
  ...row
}: ResendableRow): ResendableDelivery {
  return { ...row, seen: { round: seenRound, state: seenState, atMs: seenAtMs, nextAtMs: seenNextAtMs } };
}
