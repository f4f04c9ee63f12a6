import type { DeliveryState, Standing } from './delivery-state.ts';
import { stateRankOf } from './delivery-state.ts';
import { compareCounts, compareTexts } from './total-order.ts';

/** How the latest round of a delivery stands: round 0 is the event's own, each resend is a further one. */
export interface RoundStanding {
  readonly round: number;
  readonly state: DeliveryState;
  readonly attemptNumber: number;
  readonly deferrals: number;
  /** Null while nothing has happened in it. */
  readonly atMs: number | null;
  readonly nextAtMs: number | null;
}

/** A round of which the delivery's record was seen and nothing else. */
export function openedRound(round: number): RoundStanding {
  return { round, state: 'queued', attemptNumber: 0, deferrals: 0, atMs: null, nextAtMs: null };
}

export function roundStandingOf({ round, state, attemptNumber, deferrals, atMs, nextAtMs }: Standing): RoundStanding {
  return { round, state, attemptNumber, deferrals, atMs, nextAtMs };
}

/** The highest round; within it final beats open, success beats error, else the highest (number, deferrals). */
export function compareRounds(left: RoundStanding, right: RoundStanding): number {
  return (
    left.round - right.round ||
    stateRankOf[left.state] - stateRankOf[right.state] ||
    left.attemptNumber - right.attemptNumber ||
    left.deferrals - right.deferrals ||
    compareCounts(left.atMs, right.atMs) ||
    compareTexts(left.state, right.state) ||
    compareCounts(left.nextAtMs, right.nextAtMs)
  );
}
