import type { Last24Hours } from '@signalbox/domain';
import type { LatencyTotals, MinuteTotals } from '../domain/webhook-health.ts';

export const HEALTH_COUNTS = Symbol('HealthCounts');

export interface ExecutionStats {
  readonly webhookId: string;
  readonly successCount: number;
  readonly requestCount: number;
}

/** Counts over the last 24 hours, from the buckets; never a scan of the log. */
export interface HealthCounts {
  totals(tenantId: string, webhookId: string, window: Last24Hours): Promise<LatencyTotals>;
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
