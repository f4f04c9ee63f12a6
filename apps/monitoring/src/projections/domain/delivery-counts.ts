import type { DeliverySummary } from './delivery-summary.ts';
import { isRequest, stateOf } from './delivery-summary.ts';

/** What a delivery adds to the minute and the hour it was first scheduled in; each is 0 or 1. */
export interface DeliveryCounts {
  /** Deliveries with an attempt, and expired ones: the entries of the request log. */
  readonly requests: number;
  readonly succeeded: number;
  readonly failed: number;
  readonly retrying: number;
  /** Queued or put off. */
  readonly waiting: number;
}

export const COUNTED = [
  'requests',
  'succeeded',
  'failed',
  'retrying',
  'waiting',
] as const satisfies (keyof DeliveryCounts)[];

export const noCounts: DeliveryCounts = { requests: 0, succeeded: 0, failed: 0, retrying: 0, waiting: 0 };

/**
 * A delivery that was skipped counts as failed when it had been tried before, else not at all: nobody failed then. So
 * requests = succeeded + failed + the open ones that were tried.
 */
export function countsOf(summary: DeliverySummary): DeliveryCounts {
  const requests = isRequest(summary) ? 1 : 0;
  const counts = { ...noCounts, requests };
  const state = stateOf(summary);
  switch (state) {
    case 'succeeded':
      return { ...counts, succeeded: 1 };
    case 'failed':
    case 'expired':
      return { ...counts, failed: 1 };
    case 'skipped':
      return { ...counts, failed: requests };
    case 'retrying':
      return { ...counts, retrying: 1 };
    case 'waiting':
    case 'queued':
      return { ...counts, waiting: 1 };
  }
  return state satisfies never;
}
