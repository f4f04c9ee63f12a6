import type { RecordHeaders } from './delivery.codec.ts';
import { textOf } from './delivery.codec.ts';

/** Why a record was put aside, and where it came from. The record itself keeps its key, value and headers. */
export interface DeadLetter {
  /** Stable, for programs. */
  readonly reason: DeadLetterReason;
  /** For people: field, why, and what would be right. */
  readonly message: string;
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly by: 'router' | 'sender' | 'scheduler' | 'projector';
  readonly atMs: number;
  /** Only a part of the record was kept, so that it cannot go back to where it came from. */
  readonly isCut?: true;
}

export const DEAD_LETTER_REASONS = [
  'not-json',
  'not-utf8',
  'not-an-object',
  'missing-event',
  'unknown-event',
  'carries-hook-id',
  'too-large',
  'bad-header',
  'bad-cloud-event',
  'unreadable',
] as const;
export type DeadLetterReason = (typeof DEAD_LETTER_REASONS)[number];

/** Says why a record was put aside; see {@link DeadLetter}. */
export const DEAD_LETTER_HEADER = 'dead-letter';

/** Below the topics' 1 MiB, less what a batch adds: a record that upstream's topic allowed may be larger than ours do. */
const MAX_KEPT_BYTES = 900 * 1_024;
/** Of a message, which may tell what a publisher wrote: as JSON it may be six times as long, in a header that has to fit as well. */
const MAX_MESSAGE_CHARACTERS = 2_000;
/** More than lengths, offset and time of a record take, and the lengths of a header. */
const RECORD_OVERHEAD_BYTES = 64;
const HEADER_OVERHEAD_BYTES = 8;

interface PutAside {
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: RecordHeaders;
  /** What of it was not read, and cannot be kept. */
  readonly fault?: { readonly message: string } | undefined;
}

/**
 * The record to put into `dead-letters`: as it came, with its reason in a header. One too large for the topic is cut, and
 * its message says so: a dead letter that cannot be appended would stop its partition. Whatever the record and the message
 * are, what comes back can be appended.
 */
export function deadLetterRecord(
  record: PutAside & { readonly topic: string; readonly partition: number; readonly offset: number },
  why: Pick<DeadLetter, 'reason' | 'message' | 'by' | 'atMs'>,
): Omit<PutAside, 'fault'> {
  const { topic, partition, offset, fault } = record;
  const letter: DeadLetter = {
    ...why,
    message: shortened(why.message),
    topic,
    partition,
    offset,
    ...(fault !== undefined && { isCut: true }),
  };
  const whole = { key: record.key, value: record.value, headers: { ...record.headers, ...encodeDeadLetter(letter) } };
  const bytes = bytesOf(whole);
  if (bytes <= MAX_KEPT_BYTES) return whole;
  const kept = record.value?.subarray(0, MAX_KEPT_BYTES / 2) ?? null;
  const message = `${letter.message} (cut: ${bytes} bytes with key and headers, kept ${kept?.length ?? 0} of the value)`;
  return { key: null, value: kept, headers: encodeDeadLetter({ ...letter, message, isCut: true }) };
}

const shortened = (message: string): string =>
  message.length > MAX_MESSAGE_CHARACTERS ? `${message.slice(0, MAX_MESSAGE_CHARACTERS)}…` : message;

/** In a batch, never less than it really takes: a name that is no UTF-8 is three times as long when it is written again. */
function bytesOf(record: PutAside): number {
  let bytes = RECORD_OVERHEAD_BYTES + (record.key?.length ?? 0) + (record.value?.length ?? 0);
  for (const [name, value] of Object.entries(record.headers)) {
    const nameBytes = Buffer.byteLength(name) + HEADER_OVERHEAD_BYTES;
    for (const one of Array.isArray(value) ? (value as (Buffer | string)[]) : [value as Buffer | string | undefined]) {
      bytes += nameBytes + byteLength(one);
    }
  }
  return bytes;
}

const byteLength = (value: Buffer | string | null | undefined): number =>
  typeof value === 'string' ? Buffer.byteLength(value) : (value?.length ?? 0);

export function encodeDeadLetter(letter: DeadLetter): Record<string, string> {
  return { [DEAD_LETTER_HEADER]: JSON.stringify(letter) };
}

export function decodeDeadLetter(headers: RecordHeaders): DeadLetter | undefined {
  const text = textOf(headers[DEAD_LETTER_HEADER]);
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as DeadLetter;
  } catch {
    return undefined;
  }
}
