import type { AttemptedFact, DeliveryFact } from './delivery-fact.ts';

/** `queued`: its record was seen and nothing has happened to it yet. */
export type DeliveryState = 'queued' | 'retrying' | 'waiting' | 'succeeded' | 'failed' | 'expired' | 'skipped';

/** The fact that decides the state. */
export interface Standing {
  readonly state: Exclude<DeliveryState, 'queued'>;
  readonly round: number;
  readonly attemptNumber: number;
  readonly deferrals: number;
  readonly atMs: number;
  /** When the next attempt is due, while one is owed. */
  readonly nextAtMs: number | null;
  /** Why it waits, was skipped, expired or failed; for people. */
  readonly reason: string | null;
}

/** The attempt whose answer stands for the delivery: the one that succeeded, else the last. */
export interface BestAttempt {
  readonly hasSucceeded: boolean;
  readonly round: number;
  readonly attemptNumber: number;
  readonly atMs: number;
  readonly statusCode: number | null;
  readonly errorClass: string | null;
}

/**
 * What is kept of all facts of a delivery. Each part is a maximum under a total order, so it comes out the same whatever
 * the order of the facts and however often each of them is read (invariant 6).
 */
export interface DeliverySummary {
  readonly standing: Standing | null;
  readonly bestAttempt: BestAttempt | null;
  readonly hasExpired: boolean;
  /** The highest (round, attempt number) attempted; (0, 0) before the first. */
  readonly lastAttempt: { readonly round: number; readonly attemptNumber: number };
}

export const emptySummary: DeliverySummary = {
  standing: null,
  bestAttempt: null,
  hasExpired: false,
  lastAttempt: { round: 0, attemptNumber: 0 },
};

/** The summary itself when the fact adds nothing to it. */
export function withFact(summary: DeliverySummary, fact: DeliveryFact): DeliverySummary {
  const standing = greater(summary.standing, standingOf(fact), compareStandings);
  const bestAttempt =
    fact.kind === 'attempted'
      ? greater(summary.bestAttempt, bestAttemptOf(fact), compareAttempts)
      : summary.bestAttempt;
  const hasExpired = summary.hasExpired || fact.kind === 'expired';
  const isLast = fact.kind === 'attempted' && isAfter(fact, summary.lastAttempt);
  const isSame =
    standing === summary.standing && bestAttempt === summary.bestAttempt && hasExpired === summary.hasExpired;
  if (isSame && !isLast) return summary;
  return { standing, bestAttempt, hasExpired, lastAttempt: isLast ? slotOf(fact) : summary.lastAttempt };
}

function greater<T>(known: T | null, other: T, compare: (left: T, right: T) => number): T {
  return known === null || compare(other, known) > 0 ? other : known;
}

export function stateOf(summary: DeliverySummary): DeliveryState {
  return summary.standing?.state ?? 'queued';
}

/** Whether it is an entry of the request log: attempted at least once, or expired. */
export function isRequest(summary: DeliverySummary): boolean {
  return summary.bestAttempt !== null || summary.hasExpired;
}

/** True when no earlier fact can have been about this attempt. */
export function isNewAttempt(summary: DeliverySummary, fact: DeliveryFact): boolean {
  return isAfter(fact, summary.lastAttempt);
}

interface Slot {
  readonly round: number;
  readonly attemptNumber: number;
}

function isAfter(left: Slot, right: Slot): boolean {
  return (left.round - right.round || left.attemptNumber - right.attemptNumber) > 0;
}

function slotOf(fact: Slot): Slot {
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
  return {
    ...slotOf(fact),
    hasSucceeded: fact.outcome === 'succeeded',
    atMs: fact.atMs,
    statusCode: fact.statusCode ?? null,
    errorClass: fact.errorClass ?? null,
  };
}

const rankOf: Readonly<Record<Standing['state'], number>> = {
  retrying: 1,
  waiting: 1,
  failed: 2,
  expired: 2,
  skipped: 2,
  succeeded: 3,
};

/** Final beats open, success beats error, else the highest (round, number, deferrals); the rest only breaks ties. */
function compareStandings(left: Standing, right: Standing): number {
  return (
    rankOf[left.state] - rankOf[right.state] ||
    left.round - right.round ||
    left.attemptNumber - right.attemptNumber ||
    left.deferrals - right.deferrals ||
    left.atMs - right.atMs ||
    compareTexts(left.state, right.state) ||
    (left.nextAtMs ?? 0) - (right.nextAtMs ?? 0) ||
    compareTexts(left.reason, right.reason)
  );
}

function compareAttempts(left: BestAttempt, right: BestAttempt): number {
  return (
    Number(left.hasSucceeded) - Number(right.hasSucceeded) ||
    left.round - right.round ||
    left.attemptNumber - right.attemptNumber ||
    left.atMs - right.atMs ||
    (left.statusCode ?? 0) - (right.statusCode ?? 0) ||
    compareTexts(left.errorClass, right.errorClass)
  );
}

function compareTexts(left: string | null, right: string | null): number {
  if (left === right) return 0;
  return (left ?? '') < (right ?? '') ? -1 : 1;
}
