import type { RecordHeaders } from '@signalbox/contracts';
import { DEAD_LETTER_HEADER, decodeDeadLetter, decodeDelivery, textOf } from '@signalbox/contracts';
import type { Letter, LetterRecord, LogPlace, Stage } from './letter.ts';
import { STAGES } from './letter.ts';

/** A record of the topic `dead-letters`. */
export interface PutAsideRecord {
  readonly partition: number;
  readonly offset: number;
  readonly timestampMs: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: RecordHeaders;
  readonly fault?: { readonly message: string } | undefined;
}

const MAX_TEXT = 2_000;

/** What a record of `dead-letters` says. It never fails: one that nobody of ours wrote is a letter too, which cannot go back. */
export function readLetter(record: PutAsideRecord): Letter & LetterRecord {
  const letter: Partial<Record<string, unknown>> = { ...decodeDeadLetter(record.headers) };
  const headers = pairsOf(record.headers);
  const source = placeOf(letter);
  return {
    partition: record.partition,
    offset: record.offset,
    atMs: Math.max(0, record.timestampMs),
    reason: textIn(letter['reason']) ?? 'unknown',
    message: textIn(letter['message']) ?? 'the record does not say why it was put aside',
    stage: STAGES.find((stage) => stage === letter['by']) ?? 'unknown',
    source,
    tenantId: tenantOf(record.headers, letter['by']),
    sizeBytes: headers.reduce(
      (bytes, [name, value]) => bytes + name.length + value.length,
      (record.key?.length ?? 0) + (record.value?.length ?? 0),
    ),
    isCut: letter['isCut'] === true || record.fault !== undefined,
    key: record.key,
    value: record.value,
    headers,
  };
}

function pairsOf(headers: RecordHeaders): readonly (readonly [string, Buffer])[] {
  return Object.entries(headers).flatMap(([name, value]) => {
    if (name === DEAD_LETTER_HEADER || value === undefined) return [];
    const values = typeof value === 'string' || Buffer.isBuffer(value) ? [value] : value;
    return values.map((one) => [name, Buffer.from(one)] as const);
  });
}

function placeOf({ topic, partition, offset }: Partial<Record<string, unknown>>): LogPlace | null {
  const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 0;
  return typeof topic === 'string' && isCount(partition) && partition < 2 ** 31 && isCount(offset)
    ? { topic: storable(topic), partition, offset }
    : null;
}

/** Whose record it is, by its headers. A publisher's record that names nobody is the default tenant's. */
function tenantOf(headers: RecordHeaders, by: unknown): string | null {
  const named =
    decodeDelivery(headers)?.tenantId ?? textOf(headers['tenant-id']) ?? textOf(headers['ce_tenantid']) ?? null;
  if (named !== null) return storable(named);
  return by === ('router' satisfies Stage) ? 'default' : null;
}

function textIn(value: unknown): string | undefined {
  return typeof value === 'string' ? storable(value) : undefined;
}

/** As Postgres takes it: it has no NUL, and a message need not be endless. */
function storable(text: string): string {
  return text.replaceAll('\u0000', '\uFFFD').slice(0, MAX_TEXT);
}
