import type { RecordHeaders } from '@signalbox/contracts';
import { textOf } from '@signalbox/contracts';
import { formatTraceparent, parseTraceparent } from '@signalbox/domain';

/** Whose event it is and which; contract.md section 2. */
export interface EventIdentity {
  readonly tenantId: string;
  /** Unique within the tenant. */
  readonly eventId: string;
  /** The event's type as CloudEvents says it, used when the value has no `event`. */
  readonly eventByHeaders?: string;
  /** W3C Trace Context: the publisher's, continued. */
  readonly traceparent?: string;
}

export interface SourcePosition {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
}

/** A header that cannot be used; the record becomes a dead letter with this message. */
export interface BadHeader {
  readonly fault: string;
}

const MAX_ID_LENGTH = 512;

/**
 * The event id: header `event-id`, else CloudEvents source and id together, else where the record lies.
 *
 * @param attribute reads a CloudEvents attribute; by default from the headers, as binary mode has them.
 */
export function identifyEvent(
  headers: RecordHeaders,
  source: SourcePosition,
  attribute: (name: string) => string | undefined = (name) => textOf(headers[`ce_${name}`]),
): EventIdentity | BadHeader {
  const cloudId = attribute('id');
  const cloudEventId = cloudId === undefined ? undefined : `${attribute('source') ?? ''} ${cloudId}`;
  const eventId = textOf(headers['event-id']) ?? cloudEventId ?? `${source.topic}/${source.partition}/${source.offset}`;
  const tenantId = textOf(headers['tenant-id']) ?? attribute('tenantid') ?? 'default';
  const fault = faultOf('event id', eventId) ?? faultOf('tenant id', tenantId);
  if (fault !== undefined) return { fault };
  const eventByHeaders = attribute('type');
  const traceparent = textOf(headers['traceparent']) ?? attribute('traceparent');
  return {
    tenantId,
    eventId,
    ...(eventByHeaders === undefined ? {} : { eventByHeaders }),
    ...(traceparent !== undefined && parseTraceparent(traceparent) !== undefined ? { traceparent } : {}),
  };
}

/**
 * A trace of our own for an event whose publisher started none, of 48 random hex digits; `sampledShare` of all traces, from
 * 0 to 1, ask receivers to record them.
 */
export function startTrace(digits: string, sampledShare: number): string {
  const traceId = digits.slice(0, 32);
  // Of the id, so that whoever else looks at it can decide alike.
  const isSampled = parseInt(traceId.slice(-8), 16) < sampledShare * 2 ** 32;
  return formatTraceparent({ traceId, spanId: digits.slice(32, 48), flags: isSampled ? 1 : 0 });
}

function faultOf(what: string, text: string): string | undefined {
  if (text.length === 0) return `the ${what} in the headers is empty; leave the header out or give it a value`;
  if (text.length > MAX_ID_LENGTH)
    return `the ${what} has ${text.length} characters; at most ${MAX_ID_LENGTH} are allowed`;
  // Ids travel in a header whose fields are separated by line feeds, and in HTTP headers.
  // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
  return /[\u0000-\u001f\u007f]/.test(text) ? `the ${what} holds a control character; remove it` : undefined;
}
