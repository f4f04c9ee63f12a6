import type { BreakerChange, ListedDelivery, RecordedFact, ResendRequest } from './listed-delivery.ts';
import { bodyJson } from './log-entry.ts';
import { isBreakerWait, openBreakerAt, reasonText } from './wait-reason.ts';

const OPEN_STATES: readonly string[] = ['queued', 'retrying', 'waiting'];
/** Of an answer this much is kept; see `Attempted.answer`. */
const KEPT_ANSWER_BYTES = 4_096;

/** A delivery as the API shows it; fields that say nothing are left out. `changes`: of its webhook's breaker, ascending. */
export function deliveryView(delivery: ListedDelivery, changes: readonly BreakerChange[]) {
  return {
    id: delivery.deliveryId,
    hookId: delivery.webhookId,
    event: delivery.eventType,
    ...present({ eventId: delivery.eventId }),
    state: delivery.state,
    ...present({ why: whyView(delivery, changes) }),
    attempts: delivery.attempts,
    rounds: delivery.rounds,
    ...present({
      openRound: openRoundView(delivery),
      statusCode: delivery.statusCode,
      errorClass: delivery.errorClass,
      durationMs: delivery.durationMs,
    }),
    createdAt: delivery.firstScheduledAtMs,
    ...present({ lastAttemptAt: delivery.lastAttemptAtMs, nextAttemptAt: delivery.nextAttemptAtMs }),
  };
}

/** A resend that has not ended; the event's own round is told by the delivery's state. */
function openRoundView({ rounds, round, roundState, roundNextAtMs }: ListedDelivery) {
  const latest = rounds - 1;
  if (latest > round) return { round: latest, state: 'queued' as const };
  if (round === 0 || !OPEN_STATES.includes(roundState)) return null;
  return { round, state: roundState, ...present({ nextAttemptAt: roundNextAtMs }) };
}

function whyView(delivery: ListedDelivery, changes: readonly BreakerChange[]) {
  if (delivery.reason === null) return null;
  const isWaiting = delivery.state === 'waiting';
  const breaker = isWaiting && isBreakerWait(delivery.reason) ? openBreakerAt(changes, Infinity) : undefined;
  return {
    reason: delivery.reason,
    ...present({
      since: delivery.standingAtMs,
      openSince: breaker?.openSinceMs,
      because: breaker?.because,
      nextProbeAt: breaker?.nextProbeAtMs,
      expectedAt: isWaiting ? delivery.nextAttemptAtMs : null,
    }),
  };
}

/** One entry of a delivery's timeline. */
export function timelineView(fact: RecordedFact, changes: readonly BreakerChange[]) {
  const { dnsMs, connectMs, tlsMs, firstByteMs, totalMs, answer } = fact;
  const breaker = isBreakerWait(fact.reason) ? openBreakerAt(changes, fact.atMs) : undefined;
  return {
    kind: fact.kind,
    at: fact.atMs,
    round: fact.round,
    number: fact.attemptNumber,
    deferrals: fact.deferrals,
    ...present({
      startedAt: fact.startedAtMs,
      ownHeaders: headerNamesOf(fact.headerNames),
      outcome: fact.outcome,
      statusCode: fact.statusCode,
      errorClass: fact.errorClass,
      error: fact.error,
      durations:
        totalMs === null
          ? null
          : {
              ...present({ dns: dnsMs, connect: connectMs, tls: tlsMs, firstByte: firstByteMs }),
              total: totalMs,
            },
      answer: answer === null ? null : { body: answer, truncated: Buffer.byteLength(answer) >= KEPT_ANSWER_BYTES },
      verdict: fact.verdict,
      nextAttemptAt: fact.nextAttemptAtMs,
      reason: fact.reason,
      openSince: breaker?.openSinceMs,
      because: breaker?.because,
      nextProbeAt: breaker?.nextProbeAtMs,
    }),
    ...(fact.kind === 'attempted' ? {} : { reasonText: reasonText(fact, breaker) }),
  };
}

export interface ShownDelivery {
  readonly delivery: ListedDelivery;
  /** The exact bytes that were sent; null where the record with them was not seen. */
  readonly body: Buffer | null;
  /** By round, in the order they happened. */
  readonly facts: readonly RecordedFact[];
  readonly resends: readonly ResendRequest[];
  /** Of its webhook's breaker, ascending, from before the first wait on. */
  readonly breakerChanges: readonly BreakerChange[];
}

/** One delivery with all that happened to it, as JSON text: its body stays as it was sent. */
export function deliveryJson({ delivery, body, facts, resends, breakerChanges }: ShownDelivery): string {
  const timeline = [
    ...resends.map(({ round, atMs, actor }) => ({ kind: 'resent' as const, at: atMs, round, actor })),
    ...facts.map((fact) => timelineView(fact, breakerChanges)),
  ];
  const fields = JSON.stringify({
    ...deliveryView(delivery, breakerChanges),
    // The clocks of those who asked and of those who sent may differ; a round begins with being asked for all the same.
    timeline: timeline.toSorted((left, right) => left.round - right.round),
  });
  const headers = JSON.stringify(requestHeaders(delivery.deliveryId, facts));
  return `${fields.slice(0, -1)},"request":{"headers":${headers},"body":${bodyJson(body)}}}`;
}

const MASKED = '***';

/** In lower case, as all names in the log. */
function headerNamesOf(told: string | null): readonly string[] | null {
  return told === null || told === '' ? null : told.toLowerCase().split(', ');
}

/** What the last attempt carried, its webhook's own headers included; values that tell anything, or differ, are masked. */
function requestHeaders(deliveryId: string, facts: readonly RecordedFact[]): Readonly<Record<string, string>> {
  const last = facts.findLast(({ kind }) => kind === 'attempted');
  // A name may be any token: it must not be taken for a property that all objects have.
  const own = headerNamesOf(last?.headerNames ?? null)?.map((name) => [name, MASKED]) ?? [];
  return {
    'content-type': 'application/json',
    'user-agent': MASKED,
    ...(Object.fromEntries(own) as Record<string, string>),
    'logto-signature-sha-256': MASKED,
    'webhook-id': deliveryId,
    'webhook-timestamp': MASKED,
    'webhook-signature': MASKED,
  };
}

function present<T extends object>(fields: T): Partial<{ [K in keyof T]: NonNullable<T[K]> }> {
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== null && value !== undefined),
  ) as Partial<{ [K in keyof T]: NonNullable<T[K]> }>;
}
