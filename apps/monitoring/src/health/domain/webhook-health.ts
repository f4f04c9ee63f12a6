/** Counts of deliveries; the open ones are those that are still to be decided. */
export interface DeliveryTotals {
  readonly requests: number;
  readonly succeeded: number;
  readonly failed: number;
  readonly retrying: number;
  readonly waiting: number;
}

export interface LatencyTotals extends DeliveryTotals {
  /** Attempts by latency bucket. */
  readonly latency: readonly number[];
}

/** Attempts that failed, by why. */
export interface ErrorCount {
  readonly errorClass: string;
  readonly attempts: number;
}

export interface WindowTotals extends LatencyTotals {
  /** The most frequent first; classes that did not come up are left out. */
  readonly errors: readonly ErrorCount[];
}

export interface MinuteTotals extends LatencyTotals {
  /** Begin of the minute, Unix ms. */
  readonly atMs: number;
}

/** The clock hours of the last day, for a sparkline. */
export interface HourTotals {
  /** Begin of the hour, Unix ms. */
  readonly atMs: number;
  readonly requests: number;
  readonly failed: number;
}

/** A change of a webhook's circuit breaker; times are Unix ms. */
export interface BreakerChange {
  readonly atMs: number;
  readonly state: 'closed' | 'open' | 'half-open';
  readonly reason: string | null;
  readonly openSinceMs: number | null;
  readonly nextProbeAtMs: number | null;
}

export const noTotals: LatencyTotals = { requests: 0, succeeded: 0, failed: 0, retrying: 0, waiting: 0, latency: [] };

/** Succeeded ÷ (succeeded + failed), or null while nothing has ended. */
export function successRate({ succeeded, failed }: DeliveryTotals): number | null {
  return succeeded + failed === 0 ? null : succeeded / (succeeded + failed);
}
