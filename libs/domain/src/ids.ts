import { v5 } from 'uuid';

/**
 * Namespace of every name-based id made here. It is part of the contract "same ids for ever" (invariant 2): a receiver
 * dedupes by the delivery id, so this value never changes.
 */
const SIGNALBOX_NAMESPACE = '6f1b1c0a-6c57-5d0e-9a3e-2f6d5b8f6c11';

declare const brand: unique symbol;
type Branded<T, Name extends string> = T & { readonly [brand]: Name };

/** UUIDv5 of webhook id and event id: the same for every attempt and every resend. Sent as `webhook-id`. */
export type DeliveryId = Branded<string, 'DeliveryId'>;
/** UUIDv5 of delivery id, round and attempt number. */
export type AttemptId = Branded<string, 'AttemptId'>;

/** UUIDv5 (RFC 9562, section 5.5) over the two ids joined by a line feed. */
export function deliveryIdOf(webhookId: string, eventId: string): DeliveryId {
  return v5(`${webhookId}\n${eventId}`, SIGNALBOX_NAMESPACE) as DeliveryId;
}

/** UUIDv5 (RFC 9562, section 5.5) over delivery id, round (from 0) and attempt number (from 1), joined by line feeds. */
export function attemptIdOf(deliveryId: DeliveryId, round: number, attemptNumber: number): AttemptId {
  return v5(`${deliveryId}\n${round}\n${attemptNumber}`, SIGNALBOX_NAMESPACE) as AttemptId;
}
