import type { Webhook } from '../domain/webhook.ts';

/** Which webhooks are meant; what is absent leaves none out. */
export interface WebhookFilter {
  /** Part of the name, the URL or the id, whatever the case. */
  readonly search?: string;
  readonly isEnabled?: boolean;
  /** An event type they are sent. */
  readonly event?: string;
}

/** By time of creation or by name; with `-` from the highest. */
export type ListOrder = '-createdAt' | 'createdAt' | 'name' | '-name';

export interface WebhookPage {
  readonly webhooks: readonly Webhook[];
  /** Of all pages. */
  readonly total: number;
}

export interface WebhookList {
  /** Without `window` all of them. */
  list(
    tenantId: string,
    filter: WebhookFilter,
    order: ListOrder,
    window?: { readonly offset: number; readonly limit: number },
  ): Promise<WebhookPage>;
  /** No more than `limit`. */
  ids(tenantId: string, filter: WebhookFilter, order: ListOrder, limit: number): Promise<readonly string[]>;
  /** What versions count in now. */
  epoch(): Promise<number>;
  /** In the order of the ids; those that have gone meanwhile are left out. */
  byIds(tenantId: string, ids: readonly string[]): Promise<readonly Webhook[]>;
}
