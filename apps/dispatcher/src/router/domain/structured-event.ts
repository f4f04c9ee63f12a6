import type { DeadLetterReason, RecordHeaders } from '@signalbox/contracts';
import { textOf } from '@signalbox/contracts';
import { readJsonObject } from '@signalbox/domain';
import { memberText } from './member-text.ts';

/** An event taken out of its CloudEvents 1.0 envelope. */
export interface StructuredEvent {
  readonly kind: 'structured';
  /** The exact text of `data`, or `data_base64` decoded. */
  readonly value: Buffer;
  /** The context attributes that are texts: id, source, type and extensions. */
  readonly attribute: (name: string) => string | undefined;
}

export interface BadEnvelope {
  readonly kind: 'rejected';
  readonly reason: DeadLetterReason;
  readonly message: string;
}

const MEDIA_TYPE = 'application/cloudevents';
const REQUIRED = ['id', 'source', 'type'] as const;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** Whether the record's value is an envelope, which its `content-type` says (Kafka protocol binding, section 3.1). */
export function isStructured(headers: RecordHeaders): boolean {
  const contentType = headers['content-type'];
  return contentType !== undefined && textOf(contentType)?.trim().toLowerCase().startsWith(MEDIA_TYPE) === true;
}

/**
 * Opens an envelope in JSON (https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/formats/json-format.md). What it
 * says of itself is judged here, the event in it by whoever reads events. `maxBytes` bounds the whole envelope.
 */
export function openEnvelope(headers: RecordHeaders, value: Buffer, maxBytes: number): StructuredEvent | BadEnvelope {
  const format = textOf(headers['content-type'])?.trim().toLowerCase().split(';')[0]?.trim();
  if (format !== `${MEDIA_TYPE}+json`) {
    return bad(`the content-type is ${shown(format)}; of CloudEvents ${MEDIA_TYPE}+json is read`);
  }
  const read = readJsonObject(value, maxBytes);
  if (!read.ok) return rejected(read.reason, read.message);
  return open(value, new Map(Object.entries(read.members)));
}

function open(value: Buffer, members: ReadonlyMap<string, unknown>): StructuredEvent | BadEnvelope {
  const attribute = (name: string): string | undefined => {
    const text = members.get(name);
    return typeof text === 'string' ? text : undefined;
  };
  if (attribute('specversion') !== '1.0') return bad('attribute "specversion" must be "1.0"');
  const missing = REQUIRED.find((name) => (attribute(name) ?? '') === '');
  if (missing !== undefined) return bad(`attribute "${missing}" must be a text that is not empty`);
  if (members.has('tenantid') && attribute('tenantid') === undefined) return bad('attribute "tenantid" must be a text');
  const data = dataOf(value, members);
  return Buffer.isBuffer(data) ? { kind: 'structured', value: data, attribute } : data;
}

function dataOf(value: Buffer, members: ReadonlyMap<string, unknown>): Buffer | BadEnvelope {
  const encoded = members.get('data_base64');
  if (members.has('data') && members.has('data_base64')) return bad('it has "data" and "data_base64"; one is allowed');
  if (encoded === undefined) {
    return memberText(value, 'data') ?? bad('it has neither "data" nor "data_base64"; one must hold the event');
  }
  if (typeof encoded !== 'string' || !BASE64.test(encoded)) return bad('"data_base64" must be a text in base64');
  return Buffer.from(encoded, 'base64');
}

/** A header may be as long as a record, and the message goes into a header and the log. */
const shown = (text = ''): string => JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text);
const rejected = (reason: DeadLetterReason, message: string): BadEnvelope => ({ kind: 'rejected', reason, message });
const bad = (message: string): BadEnvelope => rejected('bad-cloud-event', message);
