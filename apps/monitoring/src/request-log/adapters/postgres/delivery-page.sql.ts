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
 * by its indexes, other states in the minutes that count any.
 *
 * @param where on the delivery `d`: all that the query asks for, the owner included. Takes the parameters of what is added.
 */
export function deliveryPage(owner: Owner, query: DeliveryQuery, where: Where, limit: number): string {
  const { state, statusClass, deliveryIds } = query;
  if (deliveryIds !== null || (state === null && statusClass === null)) return rowsWhere(where.sql, limit);
  const endedBadly = (): string => rowsWhere(`${where.sql} AND ${badOf(statusClass)}`, limit);
  const ofMinutes = (counts: string, states: string): string =>
    rowsOfMinutes(minutesOf(owner, query, where).and(counts).sql, `${where.sql} AND d.state IN ${states}`, limit);
  if (state !== null) return isEndedBadly(state) ? endedBadly() : ofMinutes(MINUTES_OF[state], `('${state}')`);
  const parts = [endedBadly(), ofMinutes('has_open', OPEN_STATES)];
  // A success is a 2xx, and any other status that of a delivery that ended badly or has not ended.
  if (statusClass === 2) parts.push(ofMinutes(MINUTES_OF.succeeded, `('succeeded')`));
  return `SELECT d.* FROM (${parts.map((part) => `(${part})`).join(' UNION ALL ')}) AS d ${NEWEST_FIRST} LIMIT ${limit}`;
}

function badOf(statusClass: number | null): string {
  return statusClass === null ? 'd.ended_badly' : `d.bad_class = ${statusClass}`;
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
