export const DELIVERY_STATES = ['queued', 'retrying', 'waiting', 'succeeded', 'failed', 'expired', 'skipped'] as const;
export type ListedState = (typeof DELIVERY_STATES)[number];

/** Ended, and not in success. */
export function isEndedBadly(state: ListedState): state is 'failed' | 'expired' | 'skipped' {
  return state === 'failed' || state === 'expired' || state === 'skipped';
}

/** A delivery as lists show it; all times Unix ms. */
export interface ListedDelivery {
  readonly deliveryId: string;
  readonly webhookId: string;
  readonly eventType: string;
  readonly eventId: string | null;
  readonly state: ListedState;
  /** Why it waits, failed, was skipped or expired; for people. */
  readonly reason: string | null;
  /** When the fact happened that decides the state. */
  readonly standingAtMs: number | null;
  readonly firstScheduledAtMs: number;
  readonly nextAttemptAtMs: number | null;
  /** POSTs that were made, in all rounds. */
  readonly attempts: number;
  /** The event's own, and one for each resend. */
  readonly rounds: number;
  /** The latest round that the log tells of, how it stands, and when its next attempt is due. */
  readonly round: number;
  readonly roundState: ListedState;
  readonly roundNextAtMs: number | null;
  readonly lastAttemptAtMs: number | null;
  /** Of the attempt that stands for the delivery. */
  readonly statusCode: number | null;
  readonly errorClass: string | null;
  readonly durationMs: number | null;
}

/** An attempt, or a time it was put off, skipped or given up; all times Unix ms, all durations ms. */
export interface RecordedFact {
  readonly kind: 'attempted' | 'deferred' | 'skipped' | 'expired';
  readonly round: number;
  /** From 1 within its round. */
  readonly attemptNumber: number;
  readonly deferrals: number;
  readonly atMs: number;
  readonly startedAtMs: number | null;
  /** Of the webhook's own headers then, joined by `, `; null also where an older version made the attempt. */
  readonly headerNames: string | null;
  readonly outcome: string | null;
  readonly dnsMs: number | null;
  readonly connectMs: number | null;
  readonly tlsMs: number | null;
  readonly firstByteMs: number | null;
  readonly totalMs: number | null;
  readonly statusCode: number | null;
  readonly errorClass: string | null;
  readonly error: string | null;
  readonly answer: string | null;
  readonly verdict: string | null;
  readonly nextAttemptAtMs: number | null;
  readonly reason: string | null;
}

/** Someone asked for a further round. */
export interface ResendRequest {
  readonly round: number;
  readonly atMs: number;
  readonly actor: string;
}

/** A change of a webhook's circuit breaker; all times Unix ms. */
export interface BreakerChange {
  readonly atMs: number;
  readonly state: 'closed' | 'open' | 'half-open';
  readonly reason: string | null;
  readonly openSinceMs: number | null;
  readonly nextProbeAtMs: number | null;
}
