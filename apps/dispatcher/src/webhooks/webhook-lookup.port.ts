import type { WebhookRecord, WebhookState } from '@signalbox/contracts';

export const WEBHOOK_LOOKUP = Symbol('WebhookLookup');

/** What the roles ask about webhooks. It answers from memory. */
export interface WebhookLookup {
  /** The newest record known; undefined is "unknown", never "deleted". */
  get(webhookId: string): WebhookRecord | undefined;
  /** Enabled webhooks of the tenant that are sent this event. */
  subscribers(tenantId: string, eventType: string): Iterable<WebhookState>;
  /** `listener` runs after each record that was newer, with its webhook's id. */
  onApplied(listener: (webhookId: string) => void): void;
}
