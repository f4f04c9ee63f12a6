import type { Owner } from '../../application/request-log.port.ts';
import type { DeliveryQuery } from '../../domain/delivery-query.ts';
import type { ListedState } from '../../domain/listed-delivery.ts';
import { isEndedBadly } from '../../domain/listed-delivery.ts';
import type { Where } from './where.ts';

export const NEWEST_FIRST = 'ORDER BY d.first_scheduled_at DESC, d.delivery_id DESC';

/** Which minutes can hold a delivery of a state; those that ended badly have an index. */
const MINUTES_OF: Readonly<Record<Exclude<ListedState, 'failed' | 'expired' | 'skipped'>, string>> = {
  succeeded: 'succeeded > 0',
  retrying: 'retrying > 0',
  waiting: 'waiting > 0',
  queued: 'waiting > 0',
};
const OPEN_STATES = `('queued', 'retrying', 'waiting')`;

/** Which can hold a delivery that was answered with a 2xx: a success, or an answer that broke off after its status. */
const MINUTES_OF_2XX = `(${['succeeded', 'error_tls', 'error_timeout', 'error_reset', 'error_protocol', 'error_other']
  .map((count) => `${count} > 0`)
  .join(' OR ')})`;

const rowsWhere = (where: string, limit: number): string =>
  `SELECT d.* FROM delivery AS d WHERE ${where} ${NEWEST_FIRST} LIMIT ${limit}`;

/** Of each minute that counts any, newest first. */
const rowsOfMinutes = (minutes: string, where: string, limit: number): string => `
  SELECT d.* FROM (SELECT start_at FROM webhook_minute WHERE ${minutes} ORDER BY start_at DESC) AS minute
  CROSS JOIN LATERAL (
    ${rowsWhere(`${where} AND d.first_scheduled_at >= minute.start_at AND d.first_scheduled_at < minute.start_at + interval '1 minute'`, limit)}
  ) AS d
  ORDER BY minute.start_at DESC, d.first_scheduled_at DESC, d.delivery_id DESC LIMIT ${limit}`;

const MINUTE_MS = 60_000;

/**
 * The newest deliveries that a query asks for, as a table. What is rare among many is looked for where it can be: what ended badly
 * by its index, other states in the minutes that count any.
 *
 * @param where on the delivery `d`: all that the query asks for, the owner included. Takes the parameters of what is added.
 */
export function deliveryPage(owner: Owner, query: DeliveryQuery, where: Where, limit: number): string {
  const { state, statusClass, deliveryIds, eventType } = query;
  // Most of an event that is asked for have succeeded, and it has an index of its own.
  const isFoundByEvent = eventType !== null && (state === 'succeeded' || (state === null && statusClass === 2));
  if (deliveryIds !== null || isFoundByEvent) return rowsWhere(where.sql, limit);
  const minutes = (counts: string): string => minutesOf(owner, query, where).and(counts).sql;
  if (state !== null) {
    if (isEndedBadly(state)) return rowsWhere(`${where.sql} AND d.ended_badly`, limit);
    return rowsOfMinutes(minutes(MINUTES_OF[state]), where.sql, limit);
  }
  if (statusClass === null) return rowsWhere(where.sql, limit);
  if (statusClass === 2) return rowsOfMinutes(minutes(MINUTES_OF_2XX), where.sql, limit);
  // A success is a 2xx, so that any other status is that of a delivery that ended badly or has not ended.
  return `
    SELECT d.* FROM (
      (${rowsWhere(`${where.sql} AND d.ended_badly`, limit)})
      UNION ALL
      (${rowsOfMinutes(minutes('has_open'), `${where.sql} AND d.state IN ${OPEN_STATES}`, limit)})
    ) AS d
    ${NEWEST_FIRST} LIMIT ${limit}`;
}

function minutesOf({ tenantId, webhookId }: Owner, { window, after }: DeliveryQuery, where: Where): Where {
  const minutes = where
    .beside()
    .and('webhook_id =', webhookId)
    .and('tenant_id =', tenantId)
    .andTime('start_at >', window.fromMs - MINUTE_MS)
    .andTime('start_at <', window.untilMs);
  return after === null ? minutes : minutes.andTime('start_at <=', after.firstScheduledAtMs);
}
