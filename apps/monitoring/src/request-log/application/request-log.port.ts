import type { DeliveryQuery, ListedDelivery, RecordedAttempt } from '../domain/delivery-view.ts';
import type { LoggedDelivery } from '../domain/log-entry.ts';
import type { LogQuery } from '../domain/log-query.ts';

export const REQUEST_LOG = Symbol('RequestLog');

/** Whose rows a query may see; part of every query. */
export interface Owner {
  readonly tenantId: string;
  readonly webhookId: string;
}

export interface LogPage {
  readonly entries: readonly LoggedDelivery[];
  /** Entries that match in all; at most one more than the cap where counting may end there. */
  readonly total: number;
}

export interface DeliveryDetails {
  readonly delivery: ListedDelivery;
  readonly body: Buffer | null;
  /** Attempts and waits, in the order they happened. */
  readonly attempts: readonly RecordedAttempt[];
}

/** What was sent, and what came back. */
export interface RequestLog {
  /** Newest first. */
  page(owner: Owner, query: LogQuery): Promise<LogPage>;
  entry(tenantId: string, deliveryId: string): Promise<LoggedDelivery | undefined>;
  /** Newest first, one more than asked when there are more. */
  deliveries(owner: Owner, query: DeliveryQuery): Promise<readonly ListedDelivery[]>;
  delivery(owner: Owner, deliveryId: string): Promise<DeliveryDetails | undefined>;
  /** Whether something was delivered for this webhook on behalf of another tenant. */
  isForeign(owner: Owner): Promise<boolean>;
}
