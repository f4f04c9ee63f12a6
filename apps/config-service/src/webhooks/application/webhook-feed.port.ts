import type { Webhook } from '../domain/webhook.ts';

/** A place in the order of all changes that were published. A position means something within its epoch only. */
export interface FeedPosition {
  readonly epoch: number;
  /** 0 is before the first change. */
  readonly position: number;
}

export interface WebhookChanged {
  readonly kind: 'changed';
  readonly at: FeedPosition;
  /** The webhook as this change left it. */
  readonly webhook: Webhook;
}

export interface WebhookDeleted {
  readonly kind: 'deleted';
  readonly at: FeedPosition;
  readonly id: string;
  readonly tenantId: string;
  readonly version: number;
}

export type WebhookChange = WebhookChanged | WebhookDeleted;

/** All webhooks as the changes up to `at` left them. */
export interface FeedSnapshot {
  readonly at: FeedPosition;
  readonly webhooks: readonly Webhook[];
}

export interface FeedPage {
  /** In order of position, each once. */
  readonly changes: readonly WebhookChange[];
  /** Where to go on: behind the last change that was looked at, those of other tenants included. */
  readonly next: FeedPosition;
}

/** The published changes of one tenant's webhooks, or of all where no tenant is given. */
export interface WebhookChanges {
  snapshot(tenantId?: string): Promise<FeedSnapshot>;
  /**
   * The next changes after a position, 500 at most. `snapshot-needed`: of an older epoch (the database was restored and
   * published anew), of before what is kept (7 days), or of after all there is (a restored database that was not).
   */
  after(from: FeedPosition, tenantId?: string): Promise<FeedPage | 'snapshot-needed'>;
}
