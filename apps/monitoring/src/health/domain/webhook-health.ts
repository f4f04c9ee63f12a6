import { latencyQuantile } from '@signalbox/domain';

/** Counts of deliveries; the open ones are those that are still to be decided. */
export interface DeliveryTotals {
  readonly requests: number;
  readonly succeeded: number;
  readonly failed: number;
  readonly retrying: number;
  readonly waiting: number;
}

export interface MinuteTotals extends DeliveryTotals {
  /** Begin of the minute, Unix ms. */
  readonly atMs: number;
}

export interface LatencyTotals extends DeliveryTotals {
  /** Attempts by latency bucket. */
  readonly latency: readonly number[];
}

export const noTotals: LatencyTotals = { requests: 0, succeeded: 0, failed: 0, retrying: 0, waiting: 0, latency: [] };

/** Succeeded ÷ (succeeded + failed), or null while nothing has ended. */
export function successRate({ succeeded, failed }: DeliveryTotals): number | null {
  return succeeded + failed === 0 ? null : succeeded / (succeeded + failed);
}

/** The health of a webhook as the API shows it. */
export function healthView(
  window: { readonly fromMs: number; readonly nowMs: number },
  totals: LatencyTotals,
  series: readonly MinuteTotals[],
) {
  return {
    from: window.fromMs,
    to: window.nowMs,
    ...countsView(totals),
    successRate: successRate(totals),
    latency: {
      p50Ms: latencyQuantile(totals.latency, 0.5),
      p95Ms: latencyQuantile(totals.latency, 0.95),
      p99Ms: latencyQuantile(totals.latency, 0.99),
    },
    series: series.map((minute) => ({ at: minute.atMs, ...countsView(minute) })),
  };
}

function countsView({ requests, succeeded, failed, retrying, waiting }: DeliveryTotals) {
  return { requests, succeeded, failed, open: retrying + waiting, retrying, waiting };
}
