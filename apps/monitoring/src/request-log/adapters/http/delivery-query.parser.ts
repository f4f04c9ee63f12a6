import type { RawQuery } from '../../../access/query-reader.ts';
import { QueryReader, checkWindow } from '../../../access/query-reader.ts';
import type { DeliveryQuery } from '../../domain/delivery-query.ts';
import { decodeCursor, deliveryIdsFor } from '../../domain/delivery-query.ts';
import { DELIVERY_STATES } from '../../domain/listed-delivery.ts';
import { DAY_MS, windowOf } from '../../domain/log-query.ts';

const DEFAULT_LIMIT = 20;
const MAX_LIMIT = 100;
const STATUS_CLASSES = ['1xx', '2xx', '3xx', '4xx', '5xx'] as const;

/**
 * Which deliveries of a webhook are asked for. Where an id is given and no time, all that are kept are searched; where neither
 * is, `shownMs` of them.
 *
 * @throws ApiError `guard.invalid_input` or `log.invalid_time_window`.
 */
export function parseDeliveryQuery(webhookId: string, query: RawQuery, nowMs: number, shownMs = DAY_MS): DeliveryQuery {
  const reader = new QueryReader(query);
  const state = reader.choice('state', DELIVERY_STATES);
  const eventType = reader.text('event');
  const statusClass = reader.choice('statusClass', STATUS_CLASSES);
  const from = reader.time('from');
  const to = reader.time('to');
  const id = reader.text('id');
  const after = reader.parsed('cursor', decodeCursor, 'the nextCursor of an earlier answer');
  const limit = reader.integer('limit', { min: 1, max: MAX_LIMIT, byDefault: DEFAULT_LIMIT });
  reader.check();
  checkWindow(from, to, ['from', 'to']);
  return {
    window: windowOf(id !== null && to === null ? (from ?? 0) : from, to, nowMs, shownMs),
    state,
    eventType,
    statusClass: statusClass === null ? null : Number(statusClass[0]),
    deliveryIds: id === null ? null : deliveryIdsFor(webhookId, id),
    after,
    limit,
  };
}
