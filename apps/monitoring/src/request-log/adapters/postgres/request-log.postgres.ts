import { rowsOf } from '@signalbox/postgres';
import type { DataSource } from 'typeorm';
import type { DeliveryDetails, LogPage, Owner, RequestLog } from '../../application/request-log.port.ts';
import type { DeliveryQuery, ListedDelivery, RecordedAttempt } from '../../domain/delivery-view.ts';
import type { LoggedDelivery } from '../../domain/log-entry.ts';
import { LOG_KEY_PREFIX } from '../../domain/log-entry.ts';
import type { LogQuery } from '../../domain/log-query.ts';
import { COUNT_CAP } from '../../domain/log-query.ts';
import { Where } from './where.ts';

const ms = (column: string): string => `(extract(epoch FROM ${column}) * 1000)::float8`;

const LISTED = `d.delivery_id AS "deliveryId", d.webhook_id AS "webhookId", d.event_type AS "eventType",
  d.event_id AS "eventId", d.state, d.reason, ${ms('d.first_scheduled_at')} AS "firstScheduledAtMs",
  ${ms('d.next_at')} AS "nextAttemptAtMs", d.status_code AS "statusCode", d.error_class AS "errorClass"`;

/** Deliveries of a log page, with the answer of the attempt that stands for each. */
const logged = (where: string, page: string): string => `
  SELECT d.delivery_id AS "deliveryId", d.webhook_id AS "webhookId", d.event_type AS "eventType", d.body,
    ${ms('d.first_scheduled_at')} AS "firstScheduledAtMs", coalesce(d.has_succeeded, false) AS "hasSucceeded",
    d.status_code AS "statusCode", a.answer,
    CASE WHEN d.state IN ('expired', 'skipped') THEN d.reason ELSE a.error END AS error
  FROM (
    SELECT * FROM delivery AS d WHERE ${where} ORDER BY d.first_scheduled_at DESC, d.delivery_id DESC ${page}
  ) AS d
  LEFT JOIN LATERAL (
    SELECT answer, error FROM attempt
    WHERE attempt.delivery_id = d.delivery_id AND attempt.first_scheduled_at = d.first_scheduled_at
      AND attempt.round = d.best_round AND attempt.attempt_number = d.best_attempt AND attempt.kind = 'attempted'
    OFFSET 0
  ) AS a ON true
  ORDER BY d.first_scheduled_at DESC, d.delivery_id DESC`;

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
    if (query.logKey !== null) where.and(`'${LOG_KEY_PREFIX}' || d.event_type =`, query.logKey);
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
    const where = new Where().and('d.delivery_id =', deliveryId).and('d.tenant_id =', tenantId).and('d.is_request');
    const [entry] = await rowsOf<LoggedDelivery>(this.#dataSource, logged(where.sql, 'LIMIT 1'), where.parameters);
    return entry;
  }

  async deliveries(owner: Owner, query: DeliveryQuery): Promise<readonly ListedDelivery[]> {
    const where = ownedBy(owner)
      .andTime('d.first_scheduled_at >=', query.window.fromMs)
      .andTime('d.first_scheduled_at <', query.window.untilMs);
    if (query.state !== null) where.and('d.state =', query.state);
    if (query.eventType !== null) where.and('d.event_type =', query.eventType);
    if (query.deliveryId !== null) where.and('d.delivery_id =', query.deliveryId);
    if (query.statusClass !== null) {
      where.and('d.status_code >=', query.statusClass * 100).and('d.status_code <', query.statusClass * 100 + 100);
    }
    if (query.after !== null) where.andBefore(query.after.firstScheduledAtMs, query.after.deliveryId);
    return rowsOf<ListedDelivery>(
      this.#dataSource,
      `SELECT ${LISTED} FROM delivery AS d WHERE ${where.sql}
       ORDER BY d.first_scheduled_at DESC, d.delivery_id DESC LIMIT ${query.limit + 1}`,
      where.parameters,
    );
  }

  async delivery(owner: Owner, deliveryId: string): Promise<DeliveryDetails | undefined> {
    const where = ownedBy(owner).and('d.delivery_id =', deliveryId);
    const [found] = await rowsOf<ListedDelivery & { readonly body: Buffer | null }>(
      this.#dataSource,
      `SELECT ${LISTED}, d.body FROM delivery AS d WHERE ${where.sql} ORDER BY d.first_scheduled_at DESC LIMIT 1`,
      where.parameters,
    );
    if (found === undefined) return undefined;
    const { body, ...delivery } = found;
    const attempts = await rowsOf<RecordedAttempt>(this.#dataSource, ATTEMPTS_OF_DELIVERY, [
      deliveryId,
      new Date(delivery.firstScheduledAtMs),
    ]);
    return { delivery, body, attempts };
  }

  async isForeign({ tenantId, webhookId }: Owner): Promise<boolean> {
    const [other] = await rowsOf<{ tenant_id: string }>(
      this.#dataSource,
      'SELECT tenant_id FROM webhook_hour WHERE webhook_id = $1 ORDER BY tenant_id = $2 DESC LIMIT 1',
      [webhookId, tenantId],
    );
    return other !== undefined && other.tenant_id !== tenantId;
  }
}

const ATTEMPTS_OF_DELIVERY = `
  SELECT kind, round, attempt_number AS "attemptNumber", deferrals, ${ms('at')} AS "atMs",
    ${ms('started_at')} AS "startedAtMs", outcome, dns_ms AS "dnsMs", connect_ms AS "connectMs", tls_ms AS "tlsMs",
    first_byte_ms AS "firstByteMs", total_ms AS "totalMs", status_code AS "statusCode", error_class AS "errorClass",
    error, answer, verdict, ${ms('next_at')} AS "nextAttemptAtMs", reason
  FROM attempt WHERE delivery_id = $1 AND first_scheduled_at = $2
  ORDER BY round, attempt_number, deferrals, at`;

function ownedBy({ tenantId, webhookId }: Owner): Where {
  return new Where().and('d.webhook_id =', webhookId).and('d.tenant_id =', tenantId);
}
