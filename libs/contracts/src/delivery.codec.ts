import type { AttemptId, DeliveryId } from '@signalbox/domain';
import { attemptIdOf } from '@signalbox/domain';

/**
 * What a record of `deliveries` says beside its key (the webhook id) and its value (the exact bytes to POST).
 * Times are Unix milliseconds.
 */
export interface Delivery {
  readonly deliveryId: DeliveryId;
  readonly tenantId: string;
  readonly eventId: string;
  readonly eventType: string;
  /** 0 is the event's own round; each resend is a further one. */
  readonly round: number;
  /** From 1 within its round. */
  readonly attemptNumber: number;
  /** How often this attempt was put off before it could be made. */
  readonly deferrals: number;
  /** The source record's timestamp, never a clock of ours: a redone event lands in the same minute. */
  readonly firstScheduledAtMs: number;
  /** Append time of the round's first record; 0 on that record itself, which cannot know it. */
  readonly roundStartedAtMs: number;
  /** The webhook's state it was routed with; a sender with an older one waits (invariant 7). */
  readonly webhookEpoch: number;
  readonly webhookVersion: number;
  readonly sourceTopic: string;
  readonly sourcePartition: number;
  readonly sourceOffset: number;
  /** W3C Trace Context. */
  readonly traceparent?: string;
}

/** What a record of `retries.<tier>` says more. */
export interface Wait {
  readonly dueAtMs: number;
  /** Why it waits, for people. */
  readonly reason: string;
}

type HeaderValue = Buffer | string | readonly (Buffer | string)[] | undefined;
export type RecordHeaders = Readonly<Record<string, HeaderValue>>;

/**
 * One header holds all fields, joined by line feeds: the client decodes n headers in O(n²), and a delivery is read
 * three times on its way. No field may hold a line feed; the router refuses ids with control characters. The event id is
 * the last, so that it may hold anything else.
 */
const DELIVERY_HEADER = 'delivery';
const WAIT_HEADER = 'wait';
const TRACE_HEADER = 'traceparent';
const LAYOUT = '1';

export function encodeDelivery(delivery: Delivery, wait?: Wait): Record<string, string> {
  const headers: Record<string, string> = {
    [DELIVERY_HEADER]: `${LAYOUT}\n${delivery.deliveryId}\n${delivery.tenantId}\n${delivery.eventType}\n${delivery.round}\n${delivery.attemptNumber}\n${delivery.deferrals}\n${delivery.firstScheduledAtMs}\n${delivery.roundStartedAtMs}\n${delivery.webhookEpoch}\n${delivery.webhookVersion}\n${delivery.sourceTopic}\n${delivery.sourcePartition}\n${delivery.sourceOffset}\n${delivery.eventId}`,
  };
  if (delivery.traceparent !== undefined) headers[TRACE_HEADER] = delivery.traceparent;
  if (wait !== undefined) headers[WAIT_HEADER] = `${wait.dueAtMs}\n${wait.reason}`;
  return headers;
}

/** The delivery a record's headers describe, or undefined when they are none of ours (such a record is a dead letter). */
export function decodeDelivery(headers: RecordHeaders): Delivery | undefined {
  const text = textOf(headers[DELIVERY_HEADER]);
  if (text === undefined) return undefined;
  const fields = text.split('\n');
  if (fields.length !== 15 || fields[0] !== LAYOUT) return undefined;
  const field = (index: number): string => fields[index] ?? '';
  const traceparent = textOf(headers[TRACE_HEADER]);
  return {
    deliveryId: field(1) as DeliveryId,
    tenantId: field(2),
    eventType: field(3),
    round: Number(field(4)),
    attemptNumber: Number(field(5)),
    deferrals: Number(field(6)),
    firstScheduledAtMs: Number(field(7)),
    roundStartedAtMs: Number(field(8)),
    webhookEpoch: Number(field(9)),
    webhookVersion: Number(field(10)),
    sourceTopic: field(11),
    sourcePartition: Number(field(12)),
    sourceOffset: Number(field(13)),
    eventId: field(14),
    ...(traceparent === undefined ? {} : { traceparent }),
  };
}

export function decodeWait(headers: RecordHeaders): Wait | undefined {
  const text = textOf(headers[WAIT_HEADER]);
  if (text === undefined) return undefined;
  const end = text.indexOf('\n');
  const dueAtMs = Number(text.slice(0, end));
  return end > 0 && Number.isSafeInteger(dueAtMs) ? { dueAtMs, reason: text.slice(end + 1) } : undefined;
}

/** The id of the attempt this delivery record asks for. */
export function attemptIdOfDelivery(delivery: Delivery): AttemptId {
  return attemptIdOf(delivery.deliveryId, delivery.round, delivery.attemptNumber);
}

/** The first value of a record header as text. */
export function textOf(value: HeaderValue): string | undefined {
  const first = typeof value === 'string' || Buffer.isBuffer(value) ? value : value?.[0];
  return first?.toString();
}
