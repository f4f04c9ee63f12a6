import type { InvalidQuery, RawQuery, TimeWindow } from './log-query.ts';
import { faultIf, hasNul, invalid, parseTime, windowOf } from './log-query.ts';

export const DELIVERY_STATES = ['queued', 'retrying', 'waiting', 'succeeded', 'failed', 'expired', 'skipped'] as const;
export type ListedState = (typeof DELIVERY_STATES)[number];

/** A delivery as lists show it. */
export interface ListedDelivery {
  readonly deliveryId: string;
  readonly webhookId: string;
  readonly eventType: string;
  readonly eventId: string | null;
  readonly state: ListedState;
  /** Why it waits, failed, was skipped or expired; for people. */
  readonly reason: string | null;
  readonly firstScheduledAtMs: number;
  readonly nextAttemptAtMs: number | null;
  /** Of the attempt that stands for the delivery. */
  readonly statusCode: number | null;
  readonly errorClass: string | null;
}

/** An attempt, or a time it was put off, skipped or given up; all times Unix ms, all durations ms. */
export interface RecordedAttempt {
  readonly kind: 'attempted' | 'deferred' | 'skipped' | 'expired';
  readonly round: number;
  /** From 1 within its round. */
  readonly attemptNumber: number;
  readonly deferrals: number;
  readonly atMs: number;
  readonly startedAtMs: number | null;
  readonly outcome: string | null;
  readonly dnsMs: number | null;
  readonly connectMs: number | null;
  readonly tlsMs: number | null;
  readonly firstByteMs: number | null;
  readonly totalMs: number | null;
  readonly statusCode: number | null;
  readonly errorClass: string | null;
  readonly error: string | null;
  readonly answer: string | null;
  readonly verdict: string | null;
  readonly nextAttemptAtMs: number | null;
  readonly reason: string | null;
}

/** A place in a list, which stays the same while rows arrive. */
export interface Cursor {
  readonly firstScheduledAtMs: number;
  readonly deliveryId: string;
}

export interface DeliveryQuery {
  readonly window: TimeWindow;
  readonly state: ListedState | null;
  readonly eventType: string | null;
  /** 2 for 200 to 299. */
  readonly statusClass: number | null;
  readonly deliveryId: string | null;
  readonly after: Cursor | null;
  readonly limit: number;
}

const DEFAULT_LIMIT = 20;
const MAX_LIMIT = 100;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Deliveries have UUIDs; no row of another form can exist. */
export function isDeliveryId(text: string): boolean {
  return UUID.test(text);
}

export function parseDeliveryQuery(query: RawQuery, nowMs: number): DeliveryQuery | InvalidQuery {
  const text = (name: string): string | undefined => {
    const value = query[name];
    return typeof value === 'string' ? value : undefined;
  };
  const twice = Object.entries(query).flatMap(([name, value]) => (typeof value === 'object' ? [name] : []));
  const state = text('state');
  const from = parseTime(query['from']);
  const to = parseTime(query['to']);
  const cursor = text('cursor');
  const after = cursor === undefined ? null : decodeCursor(cursor);
  const statusClass = text('statusClass');
  const id = text('id');
  const limit = text('limit') ?? String(DEFAULT_LIMIT);
  const known = DELIVERY_STATES.find((one) => one === state);
  const faults = [
    ...twice.map((field) => ({ field, message: 'must be given once' })),
    ...faultIf(state !== undefined && known === undefined, 'state', `must be one of ${DELIVERY_STATES.join(', ')}`),
    ...faultIf(from === undefined, 'from', 'must be Unix milliseconds'),
    ...faultIf(to === undefined, 'to', 'must be Unix milliseconds'),
    ...faultIf(after === undefined, 'cursor', 'must be the nextCursor of an earlier answer'),
    ...faultIf(statusClass !== undefined && !/^[1-5]xx$/.test(statusClass), 'statusClass', 'must be 1xx to 5xx'),
    ...faultIf(hasNul(query['event']), 'event', 'must be the name of an event'),
    ...faultIf(id !== undefined && !isDeliveryId(id), 'id', 'must be a delivery id'),
    ...faultIf(
      !/^\d{1,3}$/.test(limit) || Number(limit) < 1 || Number(limit) > MAX_LIMIT,
      'limit',
      `must be a whole number from 1 to ${MAX_LIMIT}`,
    ),
  ];
  if (faults.length > 0 || from === undefined || to === undefined || after === undefined) {
    return invalid('guard.invalid_input', faults);
  }
  if (from !== null && to !== null && from > to) {
    return invalid('log.invalid_time_window', [{ field: 'from', message: 'must not be after to' }]);
  }
  return {
    window: windowOf(from, to, nowMs),
    state: known ?? null,
    eventType: text('event') ?? null,
    statusClass: statusClass === undefined ? null : Number(statusClass[0]),
    deliveryId: id?.toLowerCase() ?? null,
    after,
    limit: Number(limit),
  };
}

export function encodeCursor({ firstScheduledAtMs, deliveryId }: Cursor): string {
  return Buffer.from(`${firstScheduledAtMs}.${deliveryId}`).toString('base64url');
}

function decodeCursor(cursor: string): Cursor | undefined {
  const match = /^(\d{1,15})\.([0-9a-f-]{36})$/.exec(Buffer.from(cursor, 'base64url').toString());
  const [, time = '', deliveryId = ''] = match ?? [];
  return isDeliveryId(deliveryId) ? { firstScheduledAtMs: Number(time), deliveryId } : undefined;
}
