import { crc32c } from '@node-rs/crc32';
import { AbortedTransactions, type AbortedTransaction } from './aborted-transactions.ts';
import { BytesReader } from './bytes-reader.ts';
import type { LogHeaders, LogRecord, TopicPartition } from './log-record.ts';
import { RecordFault } from './log-record.ts';
import { readHeaders } from './record-headers.ts';
import type { UnfoldingBudget } from './unfolding-budget.ts';

/** A record as it was fetched. */
export interface FetchedRecord extends LogRecord {
  /** kafkajs leaves it out and goes on behind it: a marker of a transaction, or what was aborted. */
  readonly isControlRecord: boolean;
}

export interface FetchedBytes extends TopicPartition {
  readonly bytes: Buffer;
  /** As the broker lists them, in any order. */
  readonly aborted: readonly AbortedTransaction[];
  readonly budget: UnfoldingBudget;
}

export interface ReadBatches {
  readonly records: FetchedRecord[];
  /** Where the first batch begins, when it is not there as a whole. */
  readonly cutOffAt: number | undefined;
  /** There are batches, but none could be unfolded any more: they are to be fetched again. */
  readonly isPutOff: boolean;
}

interface Batch extends TopicPartition {
  readonly firstOffset: number;
  readonly reader: BytesReader;
  readonly records: FetchedRecord[];
  readonly aborted: AbortedTransactions;
  readonly budget: UnfoldingBudget;
}

const MAGIC = 2;
/** To the magic byte, which says how to read on. */
const SMALLEST_BATCH_BYTES = 17;
/** Of these the offset and the length are not counted by the length. */
const SMALLEST_LENGTH = SMALLEST_BATCH_BYTES - 12;
/** What lies between the magic byte and the records. */
const CHECKSUM_TO_COUNT_BYTES = 44;

const CODEC = 0x07;
const APPEND_TIME = 0x08;
const TRANSACTIONAL = 0x10;
const CONTROL = 0x20;

const NO_HEADERS: LogHeaders = {};

/**
 * The records of a fetched partition (https://kafka.apache.org/documentation/#recordbatch); a batch that was cut off by
 * the fetch's limit is left for the next one. A batch that cannot be read becomes one record with a fault: it must not stop
 * its partition. The fault is at the batch's last offset; where the batch is not as it was appended, nothing in it can be
 * trusted, and the fault is at its first. Behind such a one only a batch counts that is whole by its own checksum.
 */
export function readRecordBatches({ topic, partition, bytes, aborted, budget }: FetchedBytes): ReadBatches {
  const records: FetchedRecord[] = [];
  const to = { topic, partition, records, aborted: new AbortedTransactions(aborted), budget };
  const reader = new BytesReader(bytes);
  let cutOffAt: number | undefined;
  /** The length of the batch before may be wrong: what stands here may be the middle of one. */
  let isInDoubt = false;
  while (reader.left >= SMALLEST_BATCH_BYTES) {
    const firstOffset = reader.int64();
    const length = reader.int32();
    if (length < SMALLEST_LENGTH) {
      // Nobody knows where the next one begins.
      if (!isInDoubt) records.push(unreadable(to, firstOffset, 0, beginningAt(firstOffset, 'its length is wrong')));
      break;
    }
    if (reader.left < length) {
      if (records.length === 0) cutOffAt = firstOffset;
      break;
    }
    const batch = { ...to, firstOffset, reader: new BytesReader(reader.slice(length)) };
    const fault = faultOf(batch.reader);
    if (fault !== undefined) {
      // An offset from the middle of a batch would be taken for a position, and committed.
      if (isInDoubt) break;
      isInDoubt = true;
      records.push(unreadable(to, firstOffset, 0, beginningAt(firstOffset, fault)));
    } else {
      isInDoubt = false;
      if (!readChecked(batch)) return { records, cutOffAt: undefined, isPutOff: records.length === 0 };
    }
  }
  return { records, cutOffAt, isPutOff: false };
}

/** Why nothing in a batch can be trusted. Reads up to its attributes. */
function faultOf(reader: BytesReader): string | undefined {
  // The leader's epoch.
  reader.at += 4;
  if (reader.int8() !== MAGIC) return 'it is in a format from before Kafka 0.11';
  if (reader.left < CHECKSUM_TO_COUNT_BYTES) return 'its length is wrong';
  const checksum = reader.int32() >>> 0;
  return crc32c(reader.bytes.subarray(reader.at)) === checksum ? undefined : 'its checksum is wrong';
}

/** False where it has to be left for the next fetch. */
function readChecked(batch: Batch): boolean {
  const { firstOffset, reader, records, aborted, budget } = batch;
  const attributes = reader.int16();
  const lastOffset = firstOffset + reader.int32();
  const firstTimestampMs = reader.int64();
  const maxTimestampMs = reader.int64();
  const producerId = reader.int64();
  // The producer's epoch and the first sequence number.
  reader.at += 6;
  const isAborted = aborted.includes(producerId, lastOffset);
  if ((attributes & CONTROL) !== 0) aborted.end(producerId);
  if ((attributes & CONTROL) !== 0 || ((attributes & TRANSACTIONAL) !== 0 && isAborted)) {
    records.push(leftOut(batch, lastOffset, maxTimestampMs));
    return true;
  }
  const countBefore = records.length;
  try {
    const count = reader.int32();
    const unfolded = budget.unfold(attributes & CODEC, reader.slice(reader.left));
    if (unfolded === undefined) return false;
    const appendedAtMs = (attributes & APPEND_TIME) === 0 ? undefined : maxTimestampMs;
    readRecords(batch, new BytesReader(unfolded), count, firstTimestampMs, appendedAtMs);
  } catch (cause) {
    records.length = countBefore;
    const message = `the batch from offset ${firstOffset} to ${lastOffset} cannot be read: ${reasonOf(cause)}`;
    records.push(unreadable(batch, lastOffset, maxTimestampMs, message));
  }
  return true;
}

function readRecords(
  { topic, partition, firstOffset, records }: Batch,
  body: BytesReader,
  count: number,
  firstTimestampMs: number,
  appendedAtMs: number | undefined,
): void {
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
    records.push({ topic, partition, offset, timestampMs, key, value, headers, fault, isControlRecord: false });
    // Past headers that were too many to be read.
    body.at = end;
  }
}

/** One record for a whole batch that nobody is told of. */
function leftOut({ topic, partition }: TopicPartition, offset: number, timestampMs: number): FetchedRecord {
  const nothing = { key: null, value: null, headers: NO_HEADERS, fault: undefined };
  return { topic, partition, offset, timestampMs, ...nothing, isControlRecord: true };
}

/** One record for a whole batch. */
export function unreadable(
  { topic, partition }: TopicPartition,
  offset: number,
  timestampMs: number,
  message: string,
): FetchedRecord {
  const fault = new RecordFault('batch', message);
  const nothing = { key: null, value: null, headers: NO_HEADERS, fault };
  return { topic, partition, offset, timestampMs, ...nothing, isControlRecord: false };
}

/** Of a batch of which not even the end is known. */
export const beginningAt = (firstOffset: number, why: string): string =>
  `the batch that begins at offset ${firstOffset} cannot be read: ${why}`;

const reasonOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause));
