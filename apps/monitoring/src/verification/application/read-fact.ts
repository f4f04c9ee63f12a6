import type { Attempted, Deferred, Expired, Skipped } from '@signalbox/contracts';
import type { CountedFact } from '../domain/counted-fact.ts';
import { digestOf, digestsOf } from '../domain/counted-fact.ts';

/** A fact with all that the tables are to tell of it. */
export function countedFact(
  fact: Attempted | Deferred | Skipped | Expired,
  position: Pick<CountedFact, 'partition' | 'offset'>,
): CountedFact {
  const { tenantId, webhookId, deliveryId, eventType, firstScheduledAtMs, round, attemptNumber, deferrals, atMs } =
    fact;
  const common = {
    tenantId,
    webhookId,
    deliveryId,
    eventType,
    firstScheduledAtMs,
    round,
    attemptNumber,
    deferrals,
    atMs,
  };
  return { ...common, ...position, ...toldOf(fact), further: digestsOf(furtherOf(fact)) };
}

const NOTHING = { outcome: null, totalMs: null, statusCode: null, errorClass: null, nextAtMs: null } as const;

function toldOf(
  fact: Attempted | Deferred | Skipped | Expired,
): Pick<CountedFact, 'kind' | 'outcome' | 'totalMs' | 'statusCode' | 'errorClass' | 'nextAtMs' | 'why'> {
  switch (fact.kind) {
    case 'attempted':
      return {
        kind: fact.kind,
        outcome: fact.outcome,
        totalMs: fact.timings.totalMs,
        statusCode: fact.statusCode ?? null,
        errorClass: fact.errorClass ?? null,
        nextAtMs: fact.nextAttemptAtMs ?? null,
        why: digestOf(fact.error),
      };
    case 'deferred': {
      const why = digestOf([fact.reason, ...(fact.detail === undefined ? [] : [fact.detail])].join(': '));
      return { ...NOTHING, kind: fact.kind, nextAtMs: fact.dueAtMs, why };
    }
    case 'skipped':
      return { ...NOTHING, kind: fact.kind, why: digestOf(fact.reason) };
    case 'expired':
      return { ...NOTHING, kind: fact.kind, why: digestOf(`could not be sent within ${hoursOf(fact.maxAgeMs)} h`) };
  }
  return fact satisfies never;
}

function furtherOf(fact: Attempted | Deferred | Skipped | Expired): readonly (string | number | null | undefined)[] {
  const steps = fact.kind === 'attempted' ? fact.timings : undefined;
  const attempt = fact.kind === 'attempted' ? fact : undefined;
  const reason = fact.kind === 'deferred' || fact.kind === 'skipped' ? fact.reason : null;
  const detail = fact.kind === 'deferred' ? fact.detail : attempt?.headerNames;
  return [
    attempt?.startedAtMs,
    steps?.dnsMs,
    steps?.connectMs,
    steps?.tlsMs,
    steps?.firstByteMs,
    attempt?.error,
    attempt?.answer,
    attempt?.verdict,
    reason,
    detail,
    fact.deferrals,
    fact.webhookEpoch,
    fact.webhookVersion,
  ];
}

function hoursOf(ms: number): number {
  return Math.round(ms / 36_000) / 100;
}
