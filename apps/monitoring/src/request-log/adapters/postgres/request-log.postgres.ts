import { rowsOf } from '@signalbox/postgres';
import type { DataSource } from 'typeorm';
import type { LogPage, Owner, RequestLog } from '../../application/request-log.port.ts';
import type { ShownDelivery } from '../../domain/delivery-json.ts';
import type { Cursor, DeliveryQuery } from '../../domain/delivery-query.ts';
import { asksForNothing } from '../../domain/delivery-query.ts';
import type { BreakerChange, ListedDelivery, RecordedFact, ResendRequest } from '../../domain/listed-delivery.ts';
import type { LoggedDelivery } from '../../domain/log-entry.ts';
import { BREAKER_CHANGES_AT, LATEST_BREAKER_CHANGES } from '../../../projections/breaker-changes.sql.ts';
import { LOG_KEY_PREFIX } from '../../domain/log-entry.ts';
import type { LogQuery } from '../../domain/log-query.ts';
import { COUNT_CAP } from '../../domain/log-query.ts';
import { deliveryPage } from './delivery-page.sql.ts';
import { FACTS_OF_DELIVERY, PLACES, RESENDS_OF_DELIVERY, listed, logged } from './request-log.sql.ts';
import { Where } from './where.ts';

/** The request log in Postgres. Every query names the tenant. */
export class PostgresRequestLog implements RequestLog {
  readonly #dataSource: DataSource;

  constructor(dataSource: DataSource) {
    this.#dataSource = dataSource;
  }

  async page(owner: Owner, query: LogQuery): Promise<LogPage> {
    const where = ownedBy(owner)
      .and('d.is_request')
      .andTime('d.first_scheduled_at >=', query.window.fromMs)
      .andTime('d.first_scheduled_at <', query.window.untilMs);
    if (query.logKey !== null) {
      // Compared by the event alone, which an index can answer.
      if (!query.logKey.startsWith(LOG_KEY_PREFIX)) return { entries: [], total: 0 };
      where.and('d.event_type =', query.logKey.slice(LOG_KEY_PREFIX.length));
    }
    const limit = query.isCapped ? `LIMIT ${COUNT_CAP + 1}` : '';
    const counted = `SELECT count(*) AS total FROM (SELECT 1 FROM delivery AS d WHERE ${where.sql} ${limit}) AS matching`;
    const [count] = await rowsOf<{ total: number }>(this.#dataSource, counted, where.parameters);
    const total = count?.total ?? 0;
    const skipped = (query.page - 1) * query.pageSize;
    // A capped count does not tell how many there are: then the pages end where the counting did, and none walks them all.
    if (skipped >= total) return { entries: [], total };
    const paged = logged(where.sql, `LIMIT ${query.pageSize} OFFSET ${skipped}`);
    return { entries: await rowsOf<LoggedDelivery>(this.#dataSource, paged, where.parameters), total };
  }

  async entry(tenantId: string, deliveryId: string): Promise<LoggedDelivery | undefined> {
    const where = new Where().and('d.tenant_id =', tenantId).and('d.is_request');
    if (!(await this.#addIds(where, [deliveryId]))) return undefined;
    const [entry] = await rowsOf<LoggedDelivery>(this.#dataSource, logged(where.sql, 'LIMIT 1'), where.parameters);
    return entry;
  }

  async deliveries(owner: Owner, query: DeliveryQuery): Promise<readonly ListedDelivery[]> {
    if (asksForNothing(query)) return [];
    const where = ownedBy(owner)
      .andTime('d.first_scheduled_at >=', query.window.fromMs)
      .andTime('d.first_scheduled_at <', query.window.untilMs);
    if (query.after !== null) where.andBefore(query.after.firstScheduledAtMs, query.after.deliveryId);
    if (query.state !== null) where.and('d.state =', query.state);
    if (query.eventType !== null) where.and('d.event_type =', query.eventType);
    if (query.deliveryIds !== null && !(await this.#addIds(where, query.deliveryIds))) return [];
    if (query.statusClass !== null) {
      where.and('d.status_code >=', query.statusClass * 100).and('d.status_code <', query.statusClass * 100 + 100);
    }
    const sql = listed(deliveryPage(owner, query, where, query.limit + 1));
    return rowsOf<ListedDelivery>(this.#dataSource, sql, where.parameters);
  }

  async latestBreakerChanges({ tenantId, webhookId }: Owner): Promise<readonly BreakerChange[]> {
    return rowsOf<BreakerChange>(this.#dataSource, LATEST_BREAKER_CHANGES, [tenantId, [webhookId]]);
  }

  async delivery(owner: Owner, deliveryId: string): Promise<ShownDelivery | undefined> {
    const where = ownedBy(owner);
    if (!(await this.#addIds(where, [deliveryId]))) return undefined;
    const [found] = await rowsOf<ListedDelivery & { readonly body: Buffer | null }>(
      this.#dataSource,
      listed(`SELECT d.* FROM delivery AS d WHERE ${where.sql} LIMIT 1`, ', d.body'),
      where.parameters,
    );
    if (found === undefined) return undefined;
    const { body, ...delivery } = found;
    const key = [deliveryId, new Date(delivery.firstScheduledAtMs)];
    const [facts, resends] = await Promise.all([
      rowsOf<RecordedFact>(this.#dataSource, FACTS_OF_DELIVERY, key),
      rowsOf<ResendRequest>(this.#dataSource, RESENDS_OF_DELIVERY, [deliveryId]),
    ]);
    return { delivery, body, facts, resends, breakerChanges: await this.#breakerChangesAround(owner, facts) };
  }

  async isForeign({ tenantId, webhookId }: Owner): Promise<boolean> {
    const [other] = await rowsOf<{ tenant_id: string }>(
      this.#dataSource,
      'SELECT tenant_id FROM webhook_hour WHERE webhook_id = $1 ORDER BY tenant_id = $2 DESC LIMIT 1',
      [webhookId, tenantId],
    );
    return other !== undefined && other.tenant_id !== tenantId;
  }

  /** Narrows a query to these deliveries; false where there are none of them. */
  async #addIds(where: Where, deliveryIds: readonly string[]): Promise<boolean> {
    const places = await rowsOf<Cursor>(this.#dataSource, PLACES, [deliveryIds]);
    if (places.length === 0) return false;
    const times = places.map(({ firstScheduledAtMs }) => firstScheduledAtMs);
    where
      .andOneOf('d.delivery_id', 'uuid', deliveryIds)
      .andTime('d.first_scheduled_at >=', Math.min(...times))
      .andTime('d.first_scheduled_at <=', Math.max(...times));
    return true;
  }

  /** What tells how the breaker stood at each of these waits, and how it stands now. */
  async #breakerChangesAround(owner: Owner, facts: readonly RecordedFact[]): Promise<readonly BreakerChange[]> {
    const waits = facts.filter(({ kind }) => kind === 'deferred').map(({ atMs }) => new Date(atMs).toISOString());
    if (waits.length === 0) return [];
    return rowsOf<BreakerChange>(this.#dataSource, BREAKER_CHANGES_AT, [
      owner.tenantId,
      owner.webhookId,
      [...waits, 'infinity'],
    ]);
  }
}

function ownedBy({ tenantId, webhookId }: Owner): Where {
  return new Where().and('d.webhook_id =', webhookId).and('d.tenant_id =', tenantId);
}
