import { latencyQuantile } from '@signalbox/domain';
import type {
  BreakerChange,
  DeliveryTotals,
  HourTotals,
  LatencyTotals,
  MinuteTotals,
  WindowTotals,
} from './webhook-health.ts';
import { successRate } from './webhook-health.ts';

const HOUR_MS = 3_600_000;
const SPARKLINE_HOURS = 24;

/** Which time is told of, Unix ms. */
export interface ShownWindow {
  readonly fromMs: number;
  readonly nowMs: number;
}

/** The health of all webhooks of a tenant, or of everything. */
export interface TenantHealth {
  readonly totals: WindowTotals;
  /** The minutes that hold any delivery, ascending. */
  readonly series: readonly MinuteTotals[];
  readonly oldestOpenAtMs: number | null;
}

export interface WebhookHealth extends TenantHealth {
  readonly webhookId: string;
  /** Ascending, from before the window on. */
  readonly breakerChanges: readonly BreakerChange[];
}

/** The health of one webhook as the API shows it. */
export function healthView(window: ShownWindow, health: WebhookHealth) {
  const { breakerChanges } = health;
  return {
    hookId: health.webhookId,
    ...tenantHealthView(window, health),
    breaker: {
      ...breakerView(breakerChanges),
      history: breakerChanges.filter(({ atMs }) => atMs >= window.fromMs).map(changeView),
    },
  };
}

/** The health of many webhooks together. */
export function tenantHealthView(window: ShownWindow, { totals, series, oldestOpenAtMs }: TenantHealth) {
  return {
    from: window.fromMs,
    to: window.nowMs,
    ...countsView(totals),
    successRate: successRate(totals),
    latencyMs: latencyView(totals.latency),
    series: series.map(({ atMs, latency, ...counts }) => ({
      at: atMs,
      requests: counts.requests,
      succeeded: counts.succeeded,
      failed: counts.failed,
      open: counts.retrying + counts.waiting,
      p95: latencyQuantile(latency, 0.95),
    })),
    errorClasses: totals.errors.map(({ errorClass, attempts }) => ({ class: errorClass, attempts })),
    ...(oldestOpenAtMs !== null && { oldestUndeliveredAt: oldestOpenAtMs }),
  };
}

export interface ListedHealth {
  readonly webhookId: string;
  readonly totals: LatencyTotals;
  /** The hours that hold any delivery. */
  readonly hours: readonly HourTotals[];
  readonly breakerChanges: readonly BreakerChange[];
  readonly oldestOpenAtMs: number | null;
}

/** A webhook's line in a list; `firstHourMs`: of its sparkline. */
export function healthLineView(firstHourMs: number, line: ListedHealth) {
  const { totals } = line;
  return {
    hookId: line.webhookId,
    ...countsView(totals),
    successRate: successRate(totals),
    latencyMs: latencyView(totals.latency),
    series24: sparkline(firstHourMs, line.hours),
    breaker: breakerView(line.breakerChanges),
    ...(line.oldestOpenAtMs !== null && { oldestUndeliveredAt: line.oldestOpenAtMs }),
  };
}

/** An entry for every hour, also for those in which nothing was to be delivered. */
function sparkline(firstHourMs: number, hours: readonly HourTotals[]) {
  const byHour = new Map(hours.map((hour) => [hour.atMs, hour]));
  return Array.from({ length: SPARKLINE_HOURS }, (_, index) => {
    const at = firstHourMs + index * HOUR_MS;
    const { requests = 0, failed = 0 } = byHour.get(at) ?? {};
    return { at, requests, failed };
  });
}

function countsView({ requests, succeeded, failed, retrying, waiting }: DeliveryTotals) {
  return { requests, succeeded, failed, open: retrying + waiting, retrying, waiting };
}

function latencyView(latency: readonly number[]) {
  return {
    p50: latencyQuantile(latency, 0.5),
    p95: latencyQuantile(latency, 0.95),
    p99: latencyQuantile(latency, 0.99),
  };
}

/** How the breaker stands; one of which nothing was ever heard is closed. */
function breakerView(changes: readonly BreakerChange[]) {
  const latest = changes.at(-1);
  if (latest === undefined || latest.state === 'closed') return { state: 'closed' as const };
  const { state, openSinceMs, nextProbeAtMs } = latest;
  const opening = changes.find((change) => change.state === 'open' && change.openSinceMs === openSinceMs);
  return {
    state,
    ...(openSinceMs !== null && { openSince: openSinceMs }),
    ...(opening !== undefined && opening.reason !== null && { because: opening.reason }),
    ...(nextProbeAtMs !== null && { nextProbeAt: nextProbeAtMs }),
  };
}

function changeView({ atMs, state, reason, openSinceMs, nextProbeAtMs }: BreakerChange) {
  return {
    at: atMs,
    state,
    ...(reason !== null && { reason }),
    ...(openSinceMs !== null && { openSince: openSinceMs }),
    ...(nextProbeAtMs !== null && { nextProbeAt: nextProbeAtMs }),
  };
}
