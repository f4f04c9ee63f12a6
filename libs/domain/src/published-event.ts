import { isUtf8 } from 'node:buffer';

/** Why a published record cannot be delivered. Each is a reason of a dead letter too. */
export type PublishedEventFault =
  'too-large' | 'not-utf8' | 'not-json' | 'not-an-object' | 'missing-event' | 'unknown-event' | 'carries-hook-id';

export interface PublishedEvent {
  readonly ok: true;
  /** The event's name, one that is known. */
  readonly event: string;
  /** As the publisher wrote it; absent unless it is a string. Not checked to be a time. */
  readonly createdAt?: string;
}

export interface RejectedEvent {
  readonly ok: false;
  readonly reason: PublishedEventFault;
  /** The member at fault; absent when the value as a whole is. */
  readonly field?: string;
  /** For people: what is wrong, and what would be right. */
  readonly message: string;
}

export interface ReadOptions {
  /** Of the value as published, without `hookId`. */
  readonly maxBytes: number;
  readonly isKnownEvent: (name: string) => boolean;
  /** The event's name by the record's headers (CloudEvents `ce_type`), used when the value has no `event`. */
  readonly eventByHeaders?: string;
}

/** A record's value as far as it is a JSON object at all. */
export interface ReadObject {
  readonly ok: true;
  readonly members: Readonly<Record<string, unknown>>;
}

/** Parses a value once; never throws. */
export function readJsonObject(value: Buffer, maxBytes: number): ReadObject | RejectedEvent {
  if (value.length > maxBytes) {
    return rejected('too-large', `value has ${value.length} bytes; at most ${maxBytes} are allowed`);
  }
  // JSON.parse alone would not notice: decoding replaces bad bytes, and the receiver would get them as they are.
  if (!isUtf8(value)) return rejected('not-utf8', 'value is not valid UTF-8; it must be JSON in UTF-8');
  let parsed: unknown;
  try {
    parsed = JSON.parse(value.toString());
  } catch (error) {
    const why = value.length === 0 ? 'is empty' : `is not JSON${faultOf(error as SyntaxError)}`;
    return rejected('not-json', `value ${why}; it must be one JSON object`);
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
    return rejected('not-an-object', `value is ${kindOf(parsed)}; it must be a JSON object`);
  }
  return { ok: true, members: parsed as Readonly<Record<string, unknown>> };
}

/** What JSON.parse says, without the piece of the value that it may quote: this goes into logs, where no event belongs. */
function faultOf({ message }: SyntaxError): string {
  const [fault = ''] = message.split(/(?:, )?(?:\.\.\.)?"/);
  return fault === '' ? '' : ` (${fault})`;
}

/** Judges the value of a record (contract: what a publisher puts on Kafka). Parses it once; never throws. */
export function readPublishedEvent(value: Buffer, options: ReadOptions): PublishedEvent | RejectedEvent {
  const read = readJsonObject(value, options.maxBytes);
  if (!read.ok) return read;
  const payload = read.members;
  if (Object.hasOwn(payload, 'hookId')) {
    return rejected('carries-hook-id', 'is set by the sender of webhooks; publish the event without it', 'hookId');
  }
  const own = Object.hasOwn(payload, 'event') ? payload['event'] : options.eventByHeaders;
  if (own === undefined) {
    return rejected('missing-event', 'is missing; it must name the event, such as "User.Created"', 'event');
  }
  if (typeof own !== 'string') {
    return rejected('missing-event', `is ${kindOf(own)}; it must be the event's name as a string`, 'event');
  }
  if (!options.isKnownEvent(own)) {
    const shown = JSON.stringify(own.length > 80 ? `${own.slice(0, 80)}…` : own);
    return rejected('unknown-event', `is ${shown}, which no event type has; see /api/event-types`, 'event');
  }
  const createdAt = payload['createdAt'];
  return typeof createdAt === 'string' ? { ok: true, event: own, createdAt } : { ok: true, event: own };
}

function rejected(reason: PublishedEventFault, why: string, field?: string): RejectedEvent {
  return field === undefined
    ? { ok: false, reason, message: why }
    : { ok: false, reason, field, message: `field "${field}" ${why}` };
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const LARGEST_WHITESPACE = 0x20;
const WITH_COMMA = Buffer.from(',"hookId":"');
const WITHOUT_COMMA = Buffer.from('"hookId":"');

/**
 * The body to POST: the published bytes with `"hookId":"<id>"` as the last member, otherwise byte for byte.
 * Copies once and parses nothing, as it runs for each matching webhook. `value` must have been accepted by
 * {@link readPublishedEvent}; `webhookId` is ASCII and needs no escaping.
 */
export function spliceHookId(value: Buffer, webhookId: string): Buffer {
  const end = value.lastIndexOf(CLOSE_BRACE);
  let last = end - 1;
  // Of JSON's characters only whitespace is at or below 0x20 outside a string.
  while (last > 0 && (value[last] ?? 0) <= LARGEST_WHITESPACE) last--;
  const lead = value[last] === OPEN_BRACE ? WITHOUT_COMMA : WITH_COMMA;
  const afterLead = end + lead.length;
  const body = Buffer.allocUnsafe(value.length + lead.length + webhookId.length + 1);
  value.copy(body, 0, 0, end);
  lead.copy(body, end);
  body.write(webhookId, afterLead, 'latin1');
  body[afterLead + webhookId.length] = 0x22;
  value.copy(body, afterLead + webhookId.length + 1, end);
  return body;
}
