import type { AttemptedFact } from './delivery-fact.ts';
import { compareCounts, compareTexts } from './total-order.ts';

/**
 * What is counted of an attempt. Twin facts about the same attempt (it was made twice, by a process that was killed and by
 * the next) are one attempt, and the greater of them stands, whatever their order.
 */
export interface AttemptStanding {
  /** 3 succeeded, 2 failed, 1 retrying. */
  readonly rank: number;
  readonly atMs: number;
  readonly totalMs: number;
  readonly statusCode: number | null;
  readonly errorClass: string | null;
}

/** Which attempt of a delivery. */
export interface AttemptSlot {
  readonly round: number;
  /** From 1 within its round. */
  readonly attemptNumber: number;
}

const RANKS = { succeeded: 3, failed: 2, retrying: 1 } as const;
export const SUCCEEDED_RANK = RANKS.succeeded;

export function attemptStandingOf(fact: AttemptedFact): AttemptStanding {
  return {
    rank: RANKS[fact.outcome],
    atMs: fact.atMs,
    totalMs: fact.timings.totalMs,
    statusCode: fact.statusCode ?? null,
    errorClass: fact.errorClass ?? null,
  };
}

/** The same order as that of the table `attempt`, whose further columns only break ties between what counts alike. */
export function compareAttemptStandings(left: AttemptStanding, right: AttemptStanding): number {
  return (
    left.rank - right.rank ||
    left.atMs - right.atMs ||
    left.totalMs - right.totalMs ||
    compareCounts(left.statusCode, right.statusCode) ||
    compareTexts(left.errorClass, right.errorClass)
  );
}

export function compareSlots(left: AttemptSlot, right: AttemptSlot): number {
  return left.round - right.round || left.attemptNumber - right.attemptNumber;
}
