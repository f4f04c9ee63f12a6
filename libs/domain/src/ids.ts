import { hash } from 'node:crypto';

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
  return uuidV5(`${webhookId}\n${eventId}`) as DeliveryId;
}

/** UUIDv5 (RFC 9562, section 5.5) over delivery id, round (from 0) and attempt number (from 1), joined by line feeds. */
export function attemptIdOf(deliveryId: DeliveryId, round: number, attemptNumber: number): AttemptId {
  return uuidV5(`${deliveryId}\n${round}\n${attemptNumber}`) as AttemptId;
}

/** UUIDv5 over whose webhook, the actor and the `Idempotency-Key` it asked with, as JSON: no two can be told as one. */
export function bulkResendId(tenantId: string, webhookId: string, actor: string, idempotencyKey: string): string {
  return uuidV5(JSON.stringify(['bulk-resend', tenantId, webhookId, actor, idempotencyKey]));
}

const NAMESPACE_BYTES = Buffer.from(SIGNALBOX_NAMESPACE.replaceAll('-', ''), 'hex');
/** The two bits of RFC 9562's variant, in front of the two that the hash gives. */
const VARIANT_DIGITS = '89ab';

/** By one call for the hash: the package uuid takes four times as long, and each delivery has an id. */
function uuidV5(name: string): string {
  const nameBytes = Buffer.byteLength(name);
  const bytes = Buffer.allocUnsafe(NAMESPACE_BYTES.length + nameBytes);
  NAMESPACE_BYTES.copy(bytes);
  bytes.write(name, NAMESPACE_BYTES.length);
  const hex = hash('sha1', bytes, 'hex');
  const variant = VARIANT_DIGITS[Number.parseInt(hex[16] ?? '0', 16) & 3];
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
