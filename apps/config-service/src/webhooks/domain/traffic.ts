/** How a webhook's last 24 hours went: at least 95 % of its requests succeeded, fewer did, or there were none. */
export const HEALTHS = ['healthy', 'failing', 'idle'] as const;
export type Health = (typeof HEALTHS)[number];

export const TRAFFIC_ORDERS = ['requests', '-requests', 'successRate', '-successRate'] as const;
export type TrafficOrder = (typeof TRAFFIC_ORDERS)[number];

const HEALTHY_RATE = 0.95;

export interface Traffic {
  readonly id: string;
  readonly successCount: number;
  readonly requestCount: number;
}

export function healthOf({ successCount, requestCount }: Traffic): Health {
  if (requestCount === 0) return 'idle';
  return successCount / requestCount >= HEALTHY_RATE ? 'healthy' : 'failing';
}

/** Sorted anew; what is equal stays in the order given. Those without requests have no rate and come last. */
export function byTraffic(all: readonly Traffic[], order: TrafficOrder): readonly Traffic[] {
  const sign = order.startsWith('-') ? -1 : 1;
  if (order === 'requests' || order === '-requests') {
    return all.toSorted((left, right) => sign * (left.requestCount - right.requestCount));
  }
  const isIdle = (traffic: Traffic): number => Number(traffic.requestCount === 0);
  const rate = (traffic: Traffic): number => traffic.successCount / Math.max(1, traffic.requestCount);
  return all.toSorted((left, right) => isIdle(left) - isIdle(right) || sign * (rate(left) - rate(right)));
}
