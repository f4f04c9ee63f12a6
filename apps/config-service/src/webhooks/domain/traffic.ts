/**
 * How a webhook's last 24 hours went. Of the deliveries that ended: at least 99 % succeeded, at least 90 % did, fewer did. Else
 * none has ended yet, or there were none.
 */
export const HEALTHS = ['healthy', 'degraded', 'failing', 'undecided', 'idle'] as const;
export type Health = (typeof HEALTHS)[number];

export const TRAFFIC_ORDERS = ['requests', '-requests', 'successRate', '-successRate'] as const;
export type TrafficOrder = (typeof TRAFFIC_ORDERS)[number];

/** The console shows what is below these in amber, and in red: who filters finds what has the colour. */
const HEALTHY_FROM = 0.99;
const DEGRADED_FROM = 0.9;

export interface Traffic {
  readonly id: string;
  readonly successCount: number;
  readonly failureCount: number;
  readonly requestCount: number;
}

export function healthOf(traffic: Traffic): Health {
  if (traffic.requestCount === 0) return 'idle';
  const rate = rateOf(traffic);
  if (rate === undefined) return 'undecided';
  if (rate >= HEALTHY_FROM) return 'healthy';
  return rate >= DEGRADED_FROM ? 'degraded' : 'failing';
}

/** Sorted anew; what is equal stays in the order given. Those of which nothing has ended have no rate and come last. */
export function byTraffic(all: readonly Traffic[], order: TrafficOrder): readonly Traffic[] {
  const sign = order.startsWith('-') ? -1 : 1;
  if (order === 'requests' || order === '-requests') {
    return all.toSorted((left, right) => sign * (left.requestCount - right.requestCount));
  }
  const rated = all.map((traffic) => ({ traffic, rate: rateOf(traffic) }));
  const hasNone = (rate: number | undefined): number => Number(rate === undefined);
  return rated
    .toSorted(
      (left, right) => hasNone(left.rate) - hasNone(right.rate) || sign * ((left.rate ?? 0) - (right.rate ?? 0)),
    )
    .map(({ traffic }) => traffic);
}

/** Succeeded of those that ended, or undefined while nothing has. */
function rateOf({ successCount, failureCount }: Traffic): number | undefined {
  const ended = successCount + failureCount;
  return ended === 0 ? undefined : successCount / ended;
}
