import type { Standing } from './delivery-state.ts';
import type { DeliverySummary } from './delivery-summary.ts';
import { isRequest } from './delivery-summary.ts';

/** What a delivery adds to the minute and the hour it was first scheduled in; each is 0 or 1. */
export interface DeliveryCounts {
  /** Deliveries with an attempt, and expired ones: the entries of the request log. */
  readonly requests: number;
  readonly succeeded: number;
  /** Ended without success, the expired and abandoned ones included. */
  readonly failed: number;
  readonly expired: number;
  /** Skipped (the webhook was disabled or deleted) after it had been tried. */
  readonly abandoned: number;
  readonly retrying: number;
  /** Queued or put off. */
  readonly waiting: number;
}

export const COUNTED = [
  'requests',
  'succeeded',
  'failed',
  'expired',
  'abandoned',
  'retrying',
  'waiting',
] as const satisfies (keyof DeliveryCounts)[];

export const noCounts: DeliveryCounts = {
  requests: 0,
  succeeded: 0,
  failed: 0,
  expired: 0,
  abandoned: 0,
  retrying: 0,
  waiting: 0,
};

const succeeded: DeliveryCounts = { ...noCounts, requests: 1, succeeded: 1 };
const failed: DeliveryCounts = { ...noCounts, requests: 1, failed: 1 };
const expired: DeliveryCounts = { ...failed, expired: 1 };
const abandoned: DeliveryCounts = { ...failed, abandoned: 1 };
const retrying: DeliveryCounts = { ...noCounts, requests: 1, retrying: 1 };
const waiting: DeliveryCounts = { ...noCounts, waiting: 1 };
const triedAndWaiting: DeliveryCounts = { ...waiting, requests: 1 };

/**
 * A delivery that was skipped counts as failed when it had been tried before, else not at all: nobody failed then. A resend of
 * one whose last round was skipped untried counts as open from its first attempt until it has ended, whatever earlier rounds had
 * come to: the skipped one had taken their place, and whether anything was tried before it is not kept. So requests =
 * succeeded + failed + the open ones that were tried.
 */
export function countsOf(summary: DeliverySummary): DeliveryCounts {
  const { standing } = summary;
  if (standing === null) return waiting;
  switch (standing.state) {
    case 'succeeded':
      return succeeded;
    case 'failed':
      return failed;
    case 'expired':
      return expired;
    case 'skipped':
      if (isTriedAnew(standing, summary)) return summary.round.state === 'retrying' ? retrying : triedAndWaiting;
      return isRequest(summary) ? abandoned : noCounts;
    case 'retrying':
      return retrying;
    case 'waiting':
      return isRequest(summary) ? triedAndWaiting : waiting;
  }
  return standing.state satisfies never;
}

/** Skipped before its round's first attempt, and under way in a later round that has been tried. */
function isTriedAnew(skipped: Standing, { round, lastAttempt }: DeliverySummary): boolean {
  if (skipped.attemptNumber > 1 || round.round <= skipped.round) return false;
  return lastAttempt.round === round.round && (round.state === 'retrying' || round.state === 'waiting');
}
