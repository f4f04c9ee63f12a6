import type { FailureStreak } from '../domain/failing-webhook.ts';

export interface AskedWebhook {
  readonly webhookId: string;
  /** Unix ms; what ended before does not count. */
  readonly sinceMs: number;
  /** Unix ms; where its owner was warned. */
  readonly failingSinceMs?: number;
}

export interface FailureReport {
  readonly failing: readonly (FailureStreak & { readonly webhookId: string })[];
  /** Of those that were warned of: a delivery succeeded since. */
  readonly recoveredWebhookIds: readonly string[];
}

/** Whoever keeps the log of deliveries. */
export interface FailureLog {
  /** Of webhooks of one tenant, 500 at most. Rejects when it cannot be told in time. */
  reportOn(
    tenantId: string,
    webhooks: readonly AskedWebhook[],
    bounds: { readonly spanMs: number; readonly minFailures: number },
  ): Promise<FailureReport>;
}
