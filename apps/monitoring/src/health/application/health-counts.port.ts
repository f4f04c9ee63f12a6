import type { Last24Hours } from '@signalbox/domain';
import type { BreakerChange, HourTotals, LatencyTotals, MinuteTotals, WindowTotals } from '../domain/webhook-health.ts';

export const HEALTH_COUNTS = Symbol('HealthCounts');

export interface ExecutionStats {
  readonly webhookId: string;
  readonly successCount: number;
  readonly failureCount: number;
  readonly requestCount: number;
}

/** Counts over the last 24 hours, from the buckets; never a scan of the log. */
export interface HealthCounts {
  totals(tenantId: string, webhookId: string, window: Last24Hours): Promise<WindowTotals>;
  /** The minutes that hold any delivery, ascending. */
  minutes(tenantId: string, webhookId: string, window: Last24Hours): Promise<readonly MinuteTotals[]>;
  /** One for each id, in the order asked; zeros for what is unknown to this tenant. */
  executionStats(
    tenantId: string,
    webhookIds: readonly string[],
    window: Last24Hours,
  ): Promise<readonly ExecutionStats[]>;
  /** Whether deliveries of this webhook were counted on behalf of another tenant. */
  isForeign(tenantId: string, webhookId: string): Promise<boolean>;
}

/** How the circuit breakers of webhooks stand, and what changed them. */
export interface BreakerHistory {
  /** Ascending; those since `sinceMs`, and enough from before to tell how the breaker stood then and what opened it. */
  changes(tenantId: string, webhookId: string, sinceMs: number): Promise<readonly BreakerChange[]>;
  /** The latest change of each webhook, and the one that opened the breaker where it is not closed; ascending. */
  latest(tenantId: string, webhookIds: readonly string[]): Promise<ReadonlyMap<string, readonly BreakerChange[]>>;
}

/** One webhook's line in a list of many. */
export interface HealthLine extends LatencyTotals {
  readonly webhookId: string;
  /** The clock hours that hold any delivery, ascending. */
  readonly hours: readonly HourTotals[];
}

/** Counts of many webhooks in one question. */
export interface HealthPages {
  /** In the order asked; zeros for what is unknown to this tenant. */
  lines(tenantId: string, webhookIds: readonly string[], window: Last24Hours): Promise<readonly HealthLine[]>;
  /** Unix ms, the minute of the oldest delivery that has not ended, of those webhooks that have one. */
  oldestOpen(tenantId: string, webhookIds: readonly string[]): Promise<ReadonlyMap<string, number>>;
}
