import { createHash } from 'node:crypto';

/** A fact about a delivery, as the topic has it. Times are Unix ms. */
export interface CountedFact {
  readonly kind: 'attempted' | 'deferred' | 'skipped' | 'expired';
  readonly outcome: 'succeeded' | 'retrying' | 'failed' | null;
  readonly tenantId: string;
  readonly webhookId: string;
  readonly deliveryId: string;
  readonly firstScheduledAtMs: number;
  readonly round: number;
  readonly attemptNumber: number;
  readonly deferrals: number;
  readonly atMs: number;
  readonly totalMs: number | null;
  readonly statusCode: number | null;
  readonly errorClass: string | null;
  readonly nextAtMs: number | null;
  /** Where it lies in `attempts`. */
  readonly partition: number;
  readonly offset: number;
}

/** Which of `count` slices a webhook belongs to; the tables are asked by the same rule. At most 256 slices. */
export function sliceOf(webhookId: string, count: number): number {
  return (createHash('md5').update(webhookId).digest()[0] ?? 0) % count;
}

/** Names the row of `attempt` that a fact is stored in: one for each attempt, and for each time it was put off. */
export function slotOf(fact: Pick<CountedFact, 'kind' | 'round' | 'attemptNumber' | 'deferrals'>): string {
  const wait = fact.kind === 'deferred' ? fact.deferrals : 0;
  return `${fact.kind} ${fact.round}/${fact.attemptNumber}/${wait}`;
}
