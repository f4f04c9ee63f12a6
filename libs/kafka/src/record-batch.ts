import { decompress } from './batch-compression.ts';
import { BytesReader } from './bytes-reader.ts';
import type { LogHeaders, LogRecord } from './log-record.ts';
import { RecordFault } from './log-record.ts';
import { readHeaders } from './record-headers.ts';

/** A record as it was fetched, with what kafkajs asks of it to leave out what was aborted. */
export interface FetchedRecord extends LogRecord {
  readonly isControlRecord: boolean;
  readonly batchContext: { readonly producerId: string; readonly inTransaction: boolean };
}

interface Target {
  readonly topic: string;
  readonly partition: number;
  readonly records: FetchedRecord[];
}

const MAGIC = 2;
/** To the magic byte, which says how to read on. */
const SMALLEST_BATCH_BYTES = 17;

const CODEC = 0x07;
const APPEND_TIME = 0x08;
const TRANSACTIONAL = 0x10;
const CONTROL = 0x20;

const NO_HEADERS: LogHeaders = {};

/**
 * The records of a fetched partition (https://kafka.apache.org/documentation/#recordbatch); a batch that was cut off by
 * the fetch's limit is left for the next one. A batch that cannot be read becomes one record with a fault, at the batch's
 * last offset: it must not stop its partition.
 */
export function readRecordBatches(topic: string, partition: number, bytes: Buffer): FetchedRecord[] {
  const records: FetchedRecord[] = [];
  const reader = new BytesReader(bytes);
  while (reader.left >= SMALLEST_BATCH_BYTES) {
    const firstOffset = reader.int64();
    const length = reader.int32();
    if (reader.left < length) break;
    readBatch({ topic, partition, records }, firstOffset, new BytesReader(reader.slice(length)));
  }
  return records;
}

function readBatch(to: Target, firstOffset: number, reader: BytesReader): void {
  // The leader's epoch.
  reader.at += 4;
  const magic = reader.int8();
  if (magic !== MAGIC) {
    to.records.push(unreadable(to, firstOffset, 0, 'it is in a format from before Kafka 0.11'));
    return;
  }
  // The checksum: the broker has checked it when the batch was appended.
  reader.at += 4;
  const attributes = reader.int16();
  const lastOffset = firstOffset + reader.int32();
  const firstTimestampMs = reader.int64();
  const maxTimestampMs = reader.int64();
  const batchContext = { producerId: String(reader.int64()), inTransaction: (attributes & TRANSACTIONAL) !== 0 };
  // The producer's epoch and the first sequence number.
  reader.at += 6;
  const { topic, partition, records } = to;
  const countBefore = records.length;
  try {
    const count = reader.int32();
    const body = new BytesReader(decompress(attributes & CODEC, reader.slice(reader.left)));
    const isControlRecord = (attributes & CONTROL) !== 0;
    const appendedAtMs = (attributes & APPEND_TIME) === 0 ? undefined : maxTimestampMs;
    for (let index = 0; index < count; index++) {
      const end = body.varInt() + body.at;
      body.at += 1;
      const createdAtMs = firstTimestampMs + body.varInt();
      const offset = firstOffset + body.varInt();
      const key = body.varBytes();
      const value = body.varBytes();
      const read = readHeaders(body);
      const [headers, fault] = read instanceof RecordFault ? [NO_HEADERS, read] : [read, undefined];
      const timestampMs = appendedAtMs ?? createdAtMs;
      const record = {
        topic,
        partition,
        offset,
        timestampMs,
        key,
        value,
        headers,
        fault,
        isControlRecord,
        batchContext,
      };
      records.push(record);
      // Past headers that were too many to be read.
      body.at = end;
    }
  } catch (cause) {
    records.length = countBefore;
    const why = `the batch that began at ${firstOffset}: ${cause instanceof Error ? cause.message : String(cause)}`;
    records.push({ ...unreadable(to, lastOffset, maxTimestampMs, why), batchContext });
  }
}

function unreadable({ topic, partition }: Target, offset: number, timestampMs: number, why: string): FetchedRecord {
  const fault = new RecordFault('batch', `what was appended up to offset ${offset} cannot be read: ${why}`);
  const where = { topic, partition, offset, timestampMs };
  return {
    ...where,
    key: null,
    value: null,
    headers: NO_HEADERS,
    fault,
    isControlRecord: false,
    batchContext: NO_PRODUCER,
  };
}

const NO_PRODUCER = { producerId: '-1', inTransaction: false };
