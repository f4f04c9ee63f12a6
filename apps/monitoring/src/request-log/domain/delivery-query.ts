import { deliveryIdOf } from '@signalbox/domain';
import type { ListedState } from './listed-delivery.ts';
import type { TimeWindow } from './log-query.ts';

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
  /** Only these deliveries; null: all. */
  readonly deliveryIds: readonly string[] | null;
  readonly after: Cursor | null;
  readonly limit: number;
}

/** Whether no delivery can be what is asked for: a success is a 2xx, and what is queued has no status. */
export function asksForNothing({ state, statusClass }: Pick<DeliveryQuery, 'state' | 'statusClass'>): boolean {
  if (statusClass === null) return false;
  return state === 'queued' || (state === 'succeeded' && statusClass !== 2);
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Deliveries have UUIDs; no row of another form can exist. */
export function isDeliveryId(text: string): boolean {
  return UUID.test(text);
}

/** The deliveries of a webhook that a text may mean: the one of this id, and the one of the event with this id. */
export function deliveryIdsFor(webhookId: string, id: string): readonly string[] {
  return [...(isDeliveryId(id) ? [id.toLowerCase()] : []), deliveryIdOf(webhookId, id)];
}

export function encodeCursor({ firstScheduledAtMs, deliveryId }: Cursor): string {
  return Buffer.from(`${firstScheduledAtMs}.${deliveryId}`).toString('base64url');
}

/** Undefined for what {@link encodeCursor} has never made. */
export function decodeCursor(cursor: string): Cursor | undefined {
  const match = /^(\d{1,15})\.([0-9a-f-]{36})$/.exec(Buffer.from(cursor, 'base64url').toString());
  const [, time = '', deliveryId = ''] = match ?? [];
  return isDeliveryId(deliveryId) ? { firstScheduledAtMs: Number(time), deliveryId } : undefined;
}
