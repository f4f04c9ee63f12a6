import type { BreakerChanged, Fact } from '@signalbox/contracts';

export const LIVE_STATES = ['succeeded', 'failed', 'retrying', 'waiting', 'skipped', 'expired'] as const;
/** Of a delivery, as far as one of its facts says. */
export type LiveState = (typeof LIVE_STATES)[number];

/** What a reader wants to see. */
export interface LiveFilter {
  readonly tenantId: string;
  /** Null: all. */
  readonly webhookIds: ReadonlySet<string> | null;
  readonly eventTypes: ReadonlySet<string> | null;
  readonly states: ReadonlySet<LiveState> | null;
}

export function isWanted(fact: Fact, { tenantId, webhookIds, eventTypes, states }: LiveFilter): boolean {
  if (fact.tenantId !== tenantId || webhookIds?.has(fact.webhookId) === false) return false;
  // A breaker is a webhook's, not an event's.
  if (fact.kind === 'breaker-changed') return eventTypes === null && states === null;
  return eventTypes?.has(fact.eventType) !== false && states?.has(stateOf(fact)) !== false;
}

export interface NamedEvent {
  readonly name: 'attempt' | 'breaker';
  /** JSON. */
  readonly data: string;
}

/** The event that shows a fact. */
export function liveEventOf(fact: Fact): NamedEvent {
  return fact.kind === 'breaker-changed'
    ? { name: 'breaker', data: JSON.stringify(breakerView(fact)) }
    : { name: 'attempt', data: JSON.stringify(attemptView(fact)) };
}

type DeliveryFact = Exclude<Fact, BreakerChanged>;

/** Absent members are left out by JSON. */
function attemptView(fact: DeliveryFact) {
  return {
    hookId: fact.webhookId,
    deliveryId: fact.deliveryId,
    event: fact.eventType,
    kind: fact.kind,
    state: stateOf(fact),
    round: fact.round,
    number: fact.attemptNumber,
    deferrals: fact.deferrals,
    at: fact.atMs,
    createdAt: fact.firstScheduledAtMs,
    ...detailsOf(fact),
  };
}

function detailsOf(fact: DeliveryFact) {
  switch (fact.kind) {
    case 'attempted':
      return {
        startedAt: fact.startedAtMs,
        statusCode: fact.statusCode,
        errorClass: fact.errorClass,
        error: fact.error,
        verdict: fact.verdict,
        nextAttemptAt: fact.nextAttemptAtMs,
        duration: fact.timings,
      };
    case 'deferred': {
      const reason = fact.detail === undefined ? fact.reason : `${fact.reason}: ${fact.detail}`;
      return { reason, nextAttemptAt: fact.dueAtMs };
    }
    case 'skipped':
      return { reason: fact.reason };
    case 'expired':
      return { reason: `could not be sent within ${fact.maxAgeMs / 3_600_000} h` };
  }
  return fact satisfies never;
}

function breakerView({ webhookId, atMs, state, reason, openSinceMs, nextProbeAtMs }: BreakerChanged) {
  return { hookId: webhookId, at: atMs, state, reason, openSince: openSinceMs, nextProbeAt: nextProbeAtMs };
}

function stateOf(fact: DeliveryFact): LiveState {
  switch (fact.kind) {
    case 'attempted':
      return fact.outcome;
    case 'deferred':
      return 'waiting';
    case 'skipped':
      return 'skipped';
    case 'expired':
      return 'expired';
  }
  return fact satisfies never;
}
