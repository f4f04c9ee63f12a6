import type { AttemptSlot, AttemptStanding } from './attempt-standing.ts';
import { SUCCEEDED_RANK, attemptStandingOf, compareAttemptStandings, compareSlots } from './attempt-standing.ts';
import type { AttemptedFact, DeliveryFact } from './delivery-fact.ts';
import type { DeliveryState, Standing } from './delivery-state.ts';
import { stateRankOf } from './delivery-state.ts';
import type { RoundStanding } from './round-standing.ts';
import { compareRounds, openedRound, roundStandingOf } from './round-standing.ts';
import { compareCounts, compareTexts, greater } from './total-order.ts';

/** The attempt whose answer stands for the delivery: the one that succeeded, else the last. */
export interface BestAttempt extends AttemptSlot, AttemptStanding {}

/**
 * What is kept of all facts of a delivery. Each part is a maximum under a total order, so it comes out the same whatever
 * the order of the facts and however often each of them is read (invariant 6).
 */
export interface DeliverySummary {
  readonly standing: Standing | null;
  /** Of the highest round; a delivery that has succeeded stays so while a resend of it is under way. */
  readonly round: RoundStanding;
  readonly bestAttempt: BestAttempt | null;
  readonly hasExpired: boolean;
  /** The highest (round, attempt number) attempted; (0, 0) before the first. */
  readonly lastAttempt: AttemptSlot;
}

export const emptySummary: DeliverySummary = {
  standing: null,
  round: openedRound(0),
  bestAttempt: null,
  hasExpired: false,
  lastAttempt: { round: 0, attemptNumber: 0 },
};

/** The summary itself when the fact adds nothing to it. */
export function withFact(summary: DeliverySummary, fact: DeliveryFact): DeliverySummary {
  const told = standingOf(fact);
  const standing = greater(summary.standing, told, compareStandings);
  const round = greater(summary.round, roundStandingOf(told), compareRounds);
  const bestAttempt =
    fact.kind === 'attempted'
      ? greater(summary.bestAttempt, bestAttemptOf(fact), compareAttempts)
      : summary.bestAttempt;
  const hasExpired = summary.hasExpired || fact.kind === 'expired';
  const isLast = fact.kind === 'attempted' && isNewAttempt(summary, fact);
  const isSame =
    standing === summary.standing &&
    round === summary.round &&
    bestAttempt === summary.bestAttempt &&
    hasExpired === summary.hasExpired;
  if (isSame && !isLast) return summary;
  return { standing, round, bestAttempt, hasExpired, lastAttempt: isLast ? slotOf(fact) : summary.lastAttempt };
}

/** A record of the delivery in this round was seen. The summary itself when the round was known. */
export function withRound(summary: DeliverySummary, round: number): DeliverySummary {
  return round > summary.round.round ? { ...summary, round: openedRound(round) } : summary;
}

export function stateOf(summary: DeliverySummary): DeliveryState {
  return summary.standing?.state ?? 'queued';
}

/** Whether it is an entry of the request log: attempted at least once, or expired. */
export function isRequest(summary: DeliverySummary): boolean {
  return summary.bestAttempt !== null || summary.hasExpired;
}

export function hasSucceeded({ bestAttempt }: DeliverySummary): boolean {
  return bestAttempt?.rank === SUCCEEDED_RANK;
}

/** True when no earlier fact can have been about this attempt. */
export function isNewAttempt(summary: DeliverySummary, fact: AttemptSlot): boolean {
  return compareSlots(fact, summary.lastAttempt) > 0;
}

function slotOf(fact: AttemptSlot): AttemptSlot {
  return { round: fact.round, attemptNumber: fact.attemptNumber };
}

function standingOf(fact: DeliveryFact): Standing {
  const at = { ...slotOf(fact), deferrals: fact.deferrals, atMs: fact.atMs };
  switch (fact.kind) {
    case 'attempted':
      return {
        ...at,
        state: fact.outcome,
        nextAtMs: fact.outcome === 'retrying' ? (fact.nextAttemptAtMs ?? null) : null,
        reason: fact.error ?? null,
      };
    case 'deferred': {
      const reason = fact.detail === undefined ? fact.reason : `${fact.reason}: ${fact.detail}`;
      return { ...at, state: 'waiting', nextAtMs: fact.dueAtMs, reason };
    }
    case 'skipped':
      return { ...at, state: 'skipped', nextAtMs: null, reason: fact.reason };
    case 'expired':
      return { ...at, state: 'expired', nextAtMs: null, reason: expiryReason(fact.maxAgeMs) };
  }
  return fact satisfies never;
}

function expiryReason(maxAgeMs: number): string {
  const hours = Math.round((maxAgeMs / 3_600_000) * 100) / 100;
  return `could not be sent within ${hours} h`;
}

function bestAttemptOf(fact: AttemptedFact): BestAttempt {
  return { ...slotOf(fact), ...attemptStandingOf(fact) };
}

/** Final beats open, success beats error, else the highest (round, number, deferrals); the rest only breaks ties. */
function compareStandings(left: Standing, right: Standing): number {
  return (
    stateRankOf[left.state] - stateRankOf[right.state] ||
    compareSlots(left, right) ||
    left.deferrals - right.deferrals ||
    left.atMs - right.atMs ||
    compareTexts(left.state, right.state) ||
    compareCounts(left.nextAtMs, right.nextAtMs) ||
    compareTexts(left.reason, right.reason)
  );
}

/** Success beats error, else the last; of twins the one whose row stands in the table of attempts. */
function compareAttempts(left: BestAttempt, right: BestAttempt): number {
  return (
    Number(left.rank === SUCCEEDED_RANK) - Number(right.rank === SUCCEEDED_RANK) ||
    compareSlots(left, right) ||
    compareAttemptStandings(left, right)
  );
}
