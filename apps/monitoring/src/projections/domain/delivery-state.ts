import type { AttemptSlot } from './attempt-standing.ts';

/** `queued`: its record was seen and nothing has happened to it yet. */
export type DeliveryState = 'queued' | 'retrying' | 'waiting' | 'succeeded' | 'failed' | 'expired' | 'skipped';

/** The fact that decides the state. */
export interface Standing extends AttemptSlot {
  readonly state: Exclude<DeliveryState, 'queued'>;
  readonly deferrals: number;
  readonly atMs: number;
  /** When the next attempt is due, while one is owed. */
  readonly nextAtMs: number | null;
  /** Why it waits, was skipped, expired or failed; for people. */
  readonly reason: string | null;
}

/** Final beats open, and success beats error. */
export const stateRankOf: Readonly<Record<DeliveryState, number>> = {
  queued: 0,
  retrying: 1,
  waiting: 1,
  failed: 2,
  expired: 2,
  skipped: 2,
  succeeded: 3,
};
