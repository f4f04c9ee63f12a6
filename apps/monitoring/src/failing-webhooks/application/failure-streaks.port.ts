import type { FailureStreak, StreakBounds, WatchedWebhook } from '../domain/failure-streak.ts';

/** What the request log, as far back as it is kept, says of failures. */
export interface FailureStreaks {
  /** Of the webhooks, those of the tenant whose streak is long enough. */
  streaksOf(
    tenantId: string,
    webhooks: readonly WatchedWebhook[],
    bounds: StreakBounds,
  ): Promise<readonly FailureStreak[]>;
  /** Of those known to fail, the ids of which a delivery succeeded later. */
  recoveredOf(tenantId: string, webhooks: readonly WatchedWebhook[]): Promise<readonly string[]>;
}
