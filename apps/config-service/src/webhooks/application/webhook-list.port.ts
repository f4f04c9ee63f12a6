import type { Webhook } from '../domain/webhook.ts';

export interface WebhookPage {
  readonly webhooks: readonly Webhook[];
  /** Of all pages. */
  readonly total: number;
}

export interface WebhookList {
  /** Newest first; without `window` all of them. */
  list(tenantId: string, window?: { readonly offset: number; readonly limit: number }): Promise<WebhookPage>;
}
