import type { ShownDelivery } from '../domain/delivery-json.ts';
import type { DeliveryQuery } from '../domain/delivery-query.ts';
import type { BreakerChange, ListedDelivery } from '../domain/listed-delivery.ts';
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

/** What was sent, and what came back. */
export interface RequestLog {
  /** Newest first. */
  page(owner: Owner, query: LogQuery): Promise<LogPage>;
  entry(tenantId: string, deliveryId: string): Promise<LoggedDelivery | undefined>;
  /** Newest first, one more than asked when there are more. */
  deliveries(owner: Owner, query: DeliveryQuery): Promise<readonly ListedDelivery[]>;
  /** The latest changes of the webhook's breaker, ascending; enough to tell how it stands. */
  latestBreakerChanges(owner: Owner): Promise<readonly BreakerChange[]>;
  delivery(owner: Owner, deliveryId: string): Promise<ShownDelivery | undefined>;
  /** Whether something was delivered for this webhook on behalf of another tenant. */
  isForeign(owner: Owner): Promise<boolean>;
}
