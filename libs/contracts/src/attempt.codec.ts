import type { DeliveryId } from '@signalbox/domain';
import type { RecordHeaders } from './delivery.codec.ts';
import { textOf } from './delivery.codec.ts';

/** Fields every fact of `attempts` has. Its key is the webhook id; its partition is its delivery record's. */
export interface FactBase {
  readonly webhookId: string;
  readonly tenantId: string;
  readonly eventType: string;
  readonly deliveryId: DeliveryId;
  readonly round: number;
  /** From 1 within its round. */
  readonly attemptNumber: number;
  readonly deferrals: number;
  readonly firstScheduledAtMs: number;
  readonly roundStartedAtMs: number;
  readonly webhookEpoch: number;
  readonly webhookVersion: number;
  /** Offset in `deliveries` of the record this fact settles; its partition is the fact's own. */
  readonly deliveryOffset: number;
  /** When it happened, by the sender's clock, Unix ms. */
  readonly atMs: number;
}

/** Durations in milliseconds with fractions; a step that did not happen (a reused connection) is absent. */
export interface AttemptTimings {
  readonly dnsMs?: number;
  readonly connectMs?: number;
  readonly tlsMs?: number;
  readonly firstByteMs?: number;
  readonly totalMs: number;
}

export const ERROR_CLASSES = [
  'dns',
  'refused-address',
  'connect',
  'tls',
  'timeout',
  'reset',
  'protocol',
  'http-status',
] as const;
/** Why an attempt failed. `refused-address`: the egress guard refused what the name resolves to (invariant 8). */
export type ErrorClass = (typeof ERROR_CLASSES)[number];

/** What the receiver asked for by 410 or the answer header `webhook-delivery`. */
export type ReceiverVerdict = 'disable-webhook' | 'abort-delivery';

/** A POST was made and ended. */
export interface Attempted extends FactBase {
  readonly kind: 'attempted';
  /** `retrying`: failed and owes an attempt at `nextAttemptAtMs`; `failed`: failed and the round has ended. */
  readonly outcome: 'succeeded' | 'retrying' | 'failed';
  readonly startedAtMs: number;
  /** Of the webhook's own headers, as they were sent, joined by `, `; absent without any, and in facts of older versions. Never a value. */
  readonly headerNames?: string;
  readonly timings: AttemptTimings;
  readonly statusCode?: number;
  /** The answer's first 4 KiB as text; bytes that are no UTF-8 are replaced. */
  readonly answer?: string;
  readonly errorClass?: ErrorClass;
  /** For people; names no secret. */
  readonly error?: string;
  readonly nextAttemptAtMs?: number;
  readonly verdict?: ReceiverVerdict;
}

export const DEFERRAL_REASONS = [
  'queue full',
  'queued too long',
  'breaker open',
  'rate limit',
  'configuration behind',
  'unknown key',
  'own fault',
  'receiver gone',
] as const;
export type DeferralReason = (typeof DEFERRAL_REASONS)[number];

/** It could not go now; no attempt was consumed. It owes the same attempt again, with one deferral more, at `dueAtMs`. */
export interface Deferred extends FactBase {
  readonly kind: 'deferred';
  readonly reason: DeferralReason;
  readonly detail?: string;
  readonly dueAtMs: number;
}

/** Ended without an attempt: its webhook was disabled or deleted when it came up for sending. */
export interface Skipped extends FactBase {
  readonly kind: 'skipped';
  readonly reason: 'webhook disabled' | 'webhook deleted';
}

/** Ended because it could not go within its maximum age from the start of its round. */
export interface Expired extends FactBase {
  readonly kind: 'expired';
  readonly maxAgeMs: number;
}

/** The webhook's breaker changed its state; the delivery is the one whose outcome changed it. */
export interface BreakerChanged extends FactBase {
  readonly kind: 'breaker-changed';
  readonly state: 'closed' | 'open' | 'half-open';
  readonly reason: string;
  readonly openSinceMs?: number;
  readonly nextProbeAtMs?: number;
}

export type Fact = Attempted | Deferred | Skipped | Expired | BreakerChanged;
export type FactKind = Fact['kind'];
export const FACT_KINDS = [
  'attempted',
  'deferred',
  'skipped',
  'expired',
  'breaker-changed',
] as const satisfies FactKind[];

const KIND_HEADER = 'kind';

export interface EncodedFact {
  readonly headers: Record<string, string>;
  readonly value: string;
}

/** `traceparent`: W3C Trace Context of the attempt, where its trace is recorded. */
export function encodeFact(fact: Fact, traceparent?: string): EncodedFact {
  const headers: Record<string, string> = { [KIND_HEADER]: fact.kind };
  if (traceparent !== undefined) headers['traceparent'] = traceparent;
  return { headers, value: JSON.stringify(fact) };
}

/** The kind a record claims, without reading its value; undefined when it is no fact this version knows. */
export function factKindOf(headers: RecordHeaders): FactKind | undefined {
  const kind = textOf(headers[KIND_HEADER]);
  return FACT_KINDS.find((known) => known === kind);
}

/** A record that is no fact; the projector puts it aside as a dead letter with this message. */
export interface NotAFact {
  readonly kind: 'not-a-fact';
  readonly reason: string;
}

export function decodeFact(headers: RecordHeaders, value: Buffer | null): Fact | NotAFact {
  const kind = factKindOf(headers);
  if (kind === undefined) return notAFact(`header "kind" must be one of ${FACT_KINDS.join(', ')}`);
  let fields: unknown;
  try {
    fields = JSON.parse(value?.toString() ?? '');
  } catch {
    return notAFact('value is not JSON');
  }
  if (typeof fields !== 'object' || fields === null || Array.isArray(fields)) return notAFact('value is not an object');
  // Each field by its name: a loop over names costs more than the parsing, for every fact of every reader.
  const fact = fields as Partial<Record<keyof FactBase | 'kind', unknown>>;
  if (fact.kind !== kind) return notAFact('field "kind" differs from header "kind"');
  const { webhookId, tenantId, eventType, deliveryId } = fact;
  if (typeof webhookId !== 'string') return notText('webhookId');
  if (typeof tenantId !== 'string') return notText('tenantId');
  if (typeof eventType !== 'string') return notText('eventType');
  if (typeof deliveryId !== 'string') return notText('deliveryId');
  const { round, attemptNumber, deferrals, firstScheduledAtMs, roundStartedAtMs } = fact;
  if (!isCount(round)) return notCount('round');
  if (!isCount(attemptNumber)) return notCount('attemptNumber');
  if (!isCount(deferrals)) return notCount('deferrals');
  if (!isCount(firstScheduledAtMs)) return notCount('firstScheduledAtMs');
  if (!isCount(roundStartedAtMs)) return notCount('roundStartedAtMs');
  const { webhookEpoch, webhookVersion, deliveryOffset, atMs } = fact;
  if (!isCount(webhookEpoch)) return notCount('webhookEpoch');
  if (!isCount(webhookVersion)) return notCount('webhookVersion');
  if (!isCount(deliveryOffset)) return notCount('deliveryOffset');
  if (!isCount(atMs)) return notCount('atMs');
  const fault = faultsOfKind[kind](fact);
  return fault === undefined ? (fields as Fact) : notAFact(fault);
}

type Fields = Readonly<Record<string, unknown>>;

/** What each kind must have besides, so that its readers need not ask again. */
const faultsOfKind: Readonly<Record<FactKind, (fact: Fields) => string | undefined>> = {
  attempted: (fact) => {
    if (!['succeeded', 'retrying', 'failed'].includes(String(fact['outcome']))) {
      return 'field "outcome" must be succeeded, retrying or failed';
    }
    if (typeof fact['startedAtMs'] !== 'number') return 'field "startedAtMs" must be a number';
    if (fact['outcome'] === 'retrying' && typeof fact['nextAttemptAtMs'] !== 'number') {
      return 'field "nextAttemptAtMs" must be a number while retrying';
    }
    const timings = fact['timings'];
    return typeof timings === 'object' && timings !== null ? undefined : 'field "timings" must be an object';
  },
  deferred: (fact) => (typeof fact['dueAtMs'] === 'number' ? undefined : 'field "dueAtMs" must be a number'),
  skipped: (fact) => (typeof fact['reason'] === 'string' ? undefined : 'field "reason" must be a string'),
  expired: (fact) => (typeof fact['maxAgeMs'] === 'number' ? undefined : 'field "maxAgeMs" must be a number'),
  'breaker-changed': (fact) => (typeof fact['state'] === 'string' ? undefined : 'field "state" must be a string'),
};

function notAFact(reason: string): NotAFact {
  return { kind: 'not-a-fact', reason };
}

function notText(name: keyof FactBase): NotAFact {
  return notAFact(`field "${name}" must be a string`);
}

function notCount(name: keyof FactBase): NotAFact {
  return notAFact(`field "${name}" must be a number from 0`);
}

function isCount(value: unknown): boolean {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0;
}
