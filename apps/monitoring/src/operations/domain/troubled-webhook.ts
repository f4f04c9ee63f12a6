/** By what a list of webhooks is sorted, the worst first. */
export const TROUBLE_SORTS = ['failing', 'volume', 'lag'] as const;
export type TroubleSort = (typeof TROUBLE_SORTS)[number];

/** What the operator sees of a webhook: its last 24 hours, and what is open whenever it was scheduled. */
export interface TroubledWebhook {
  readonly webhookId: string;
  readonly tenantId: string;
  readonly requests: number;
  readonly succeeded: number;
  readonly failed: number;
  /** Deliveries that have not ended. */
  readonly open: number;
  /** Unix ms, to the minute. */
  readonly oldestOpenAtMs: number | null;
  readonly breaker: 'closed' | 'open' | 'half-open' | null;
  readonly breakerAtMs: number | null;
}

export function troubledWebhookView(webhook: TroubledWebhook, nowMs: number) {
  const { succeeded, failed, oldestOpenAtMs } = webhook;
  return {
    hookId: webhook.webhookId,
    tenantId: webhook.tenantId,
    requests: webhook.requests,
    succeeded,
    failed,
    open: webhook.open,
    successRate: succeeded + failed === 0 ? null : succeeded / (succeeded + failed),
    breaker: webhook.breaker ?? 'closed',
    breakerSince: webhook.breakerAtMs,
    oldestUndeliveredAt: oldestOpenAtMs,
    lagMs: oldestOpenAtMs === null ? null : Math.max(0, nowMs - oldestOpenAtMs),
  };
}
