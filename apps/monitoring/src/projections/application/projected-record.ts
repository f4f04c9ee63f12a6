import type { Delivery, Fact } from '@signalbox/contracts';
import { decodeDelivery, decodeFact } from '@signalbox/contracts';
import type { LogRecord } from '@signalbox/kafka';
import { whyDeliveryNotStorable, whyFactNotStorable } from './storable.ts';

/** A record of `deliveries` or `attempts` as the projection takes it. */
export type ReadableRecord =
  | { readonly kind: 'delivery'; readonly webhookId: string; readonly delivery: Delivery; readonly body: Buffer }
  | { readonly kind: 'fact'; readonly fact: Fact };

export type ProjectedRecord = ReadableRecord | { readonly kind: 'unreadable'; readonly message: string };

export function readDelivery(record: LogRecord): ProjectedRecord {
  const delivery = decodeDelivery(record.headers);
  if (delivery === undefined) return unreadable('header "delivery" is missing or of an unknown layout');
  if (record.key === null || record.value === null) return unreadable('a delivery needs a key and a value');
  const webhookId = record.key.toString();
  const fault = whyDeliveryNotStorable(delivery, webhookId);
  return fault === null ? { kind: 'delivery', webhookId, delivery, body: record.value } : unreadable(fault);
}

export function readFact(record: LogRecord): ProjectedRecord {
  const fact = decodeFact(record.headers, record.value);
  if (fact.kind === 'not-a-fact') return unreadable(fact.reason);
  const fault = whyFactNotStorable(fact);
  return fault === null ? { kind: 'fact', fact } : unreadable(fault);
}

function unreadable(message: string): ProjectedRecord {
  return { kind: 'unreadable', message };
}
