/** A webhook that somebody wants to know of whether it fails. */
export interface WatchedWebhook {
  readonly webhookId: string;
  /** Unix ms; what ended before does not count. */
  readonly sinceMs: number;
  /** Unix ms; where it is known to fail since then. */
  readonly failingSinceMs?: number;
}

/** Deliveries of a webhook that ended in failure, without a success since the first of them. */
export interface FailureStreak {
  readonly webhookId: string;
  readonly failures: number;
  /** Unix ms. */
  readonly firstFailedAtMs: number;
  readonly lastFailedAtMs: number;
}

/** How long and how often a webhook must have failed to be named. */
export interface StreakBounds {
  /** Between the first and the last failure. */
  readonly spanMs: number;
  readonly minFailures: number;
}
