import type { Attempted } from '@signalbox/contracts';
import { attemptStandingOf, compareAttemptStandings } from '../domain/attempt-standing.ts';
import { compareCounts, compareTexts } from '../domain/total-order.ts';
import type { StoredFact } from './read-models.port.ts';

/**
 * Which of two facts of the same row stands: for attempts the one that counts, then the later one. What follows only makes
 * it the same one for every order that they are read in; the table of attempts compares its columns alike.
 */
export function compareFacts(left: StoredFact, right: StoredFact): number {
  if (left.kind === 'attempted' && right.kind === 'attempted') {
    return (
      compareAttemptStandings(attemptStandingOf(left), attemptStandingOf(right)) ||
      firstDifference(left, right, ATTEMPT_FIELDS) ||
      firstDifference(left, right, FIELDS)
    );
  }
  return left.atMs - right.atMs || firstDifference(left, right, FIELDS);
}

type Field<Fact> = (fact: Fact) => string | number | undefined;

const ATTEMPT_FIELDS: readonly Field<Attempted>[] = [
  (fact) => fact.error,
  (fact) => fact.answer,
  (fact) => fact.verdict,
  (fact) => fact.outcome,
  (fact) => fact.startedAtMs,
  (fact) => fact.timings.dnsMs,
  (fact) => fact.timings.connectMs,
  (fact) => fact.timings.tlsMs,
  (fact) => fact.timings.firstByteMs,
];

const FIELDS: readonly Field<StoredFact>[] = [
  nextAtOf,
  (fact) => reasonOf(fact),
  (fact) => detailOf(fact),
  (fact) => fact.deferrals,
  (fact) => fact.webhookEpoch,
  (fact) => fact.webhookVersion,
];

export function nextAtOf(fact: StoredFact): number | undefined {
  if (fact.kind === 'deferred') return fact.dueAtMs;
  return fact.kind === 'attempted' ? fact.nextAttemptAtMs : undefined;
}

export function reasonOf(fact: StoredFact): string | undefined {
  return fact.kind === 'deferred' || fact.kind === 'skipped' ? fact.reason : undefined;
}

/** Of a wait what people are told besides, of an attempt the names of the webhook's own headers. */
export function detailOf(fact: StoredFact): string | undefined {
  if (fact.kind === 'attempted') return fact.headerNames;
  return fact.kind === 'deferred' ? fact.detail : undefined;
}

function firstDifference<Fact>(left: Fact, right: Fact, fields: readonly Field<Fact>[]): number {
  for (const field of fields) {
    const [one, other] = [field(left) ?? null, field(right) ?? null];
    if (one === other) continue;
    return typeof one === 'string' || typeof other === 'string'
      ? compareTexts(one as string | null, other as string | null)
      : compareCounts(one, other);
  }
  return 0;
}
