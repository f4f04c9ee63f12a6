import { crc32c } from '@node-rs/crc32';

type Bytes = Buffer | string | null | undefined;

export interface ProduceMessage {
  readonly key?: Bytes;
  readonly value: Bytes;
  readonly headers?: Readonly<Record<string, Bytes | readonly Bytes[]>> | undefined;
  readonly timestamp?: string | number | undefined;
}

export interface ProduceRequest {
  readonly acks: number;
  readonly timeout: number;
  readonly transactionalId?: string | null | undefined;
  readonly producerId?: { toString(): string } | undefined;
  readonly producerEpoch?: number | undefined;
  readonly compression?: number | undefined;
  readonly topicData: readonly {
    readonly topic: string;
    readonly partitions: readonly {
      readonly partition: number;
      readonly firstSequence: number;
      readonly messages: readonly ProduceMessage[];
    }[];
  }[];
}

const TRANSACTIONAL = 16;
const MAGIC = 2;
/** From the batch's first offset to its number of records. */
const BATCH_HEADER_BYTES = 61;
/** What lies before the part that the checksum covers. */
const BEFORE_CRC_BYTES = 17;
const LENGTH_PREFIXED_BYTES = 12;
/** Shorter strings are copied faster by hand than by a call out of JavaScript. */
const SHORT_STRING = 40;

const zigzag = (value: number): number => (value << 1) ^ (value >> 31);

function sizeOfVarInt(value: number): number {
  const encoded = zigzag(value) >>> 0;
  if (encoded < 0x80) return 1;
  if (encoded < 0x4000) return 2;
  if (encoded < 0x200000) return 3;
  return encoded < 0x10000000 ? 4 : 5;
}

const sizeOf = (value: Buffer | string): number =>
  typeof value === 'string' ? Buffer.byteLength(value) : value.length;

function sizeOfBytes(value: Bytes): number {
  if (value === null || value === undefined) return 1;
  const size = sizeOf(value);
  return sizeOfVarInt(size) + size;
}

interface MeasuredRecord {
  readonly message: ProduceMessage;
  readonly headers: number;
  readonly bodyBytes: number;
}

/** `offsetDelta` counts from 0 in a batch; all records of a batch carry the batch's timestamp. */
function measure(message: ProduceMessage, offsetDelta: number): MeasuredRecord {
  let headers = 0;
  let bytes = 2 + sizeOfVarInt(offsetDelta) + sizeOfBytes(message.key) + sizeOfBytes(message.value);
  const given = message.headers;
  for (const name in given) {
    const value = given[name];
    const nameBytes = sizeOfBytes(name);
    if (Array.isArray(value)) {
      for (const item of value as readonly Bytes[]) {
        headers++;
        bytes += nameBytes + sizeOfBytes(item);
      }
    } else {
      headers++;
      bytes += nameBytes + sizeOfBytes(value as Bytes);
    }
  }
  return { message, headers, bodyBytes: bytes + sizeOfVarInt(headers) };
}

/** Writes into memory of exactly the size that was measured. */
class Writer {
  readonly bytes: Buffer;
  at = 0;

  constructor(size: number) {
    this.bytes = Buffer.allocUnsafe(size);
  }

  int8(value: number): void {
    this.bytes[this.at++] = value;
  }

  int16(value: number): void {
    this.at = this.bytes.writeInt16BE(value, this.at);
  }

  int32(value: number): void {
    this.at = this.bytes.writeInt32BE(value, this.at);
  }

  int64(value: bigint): void {
    this.at = this.bytes.writeBigInt64BE(value, this.at);
  }

  varInt(value: number): void {
    let encoded = zigzag(value) >>> 0;
    while (encoded >= 0x80) {
      this.bytes[this.at++] = (encoded & 0x7f) | 0x80;
      encoded >>>= 7;
    }
    this.bytes[this.at++] = encoded;
  }

  raw(value: Buffer | string, size: number): void {
    if (typeof value !== 'string') value.copy(this.bytes, this.at);
    else if (size === value.length && size < SHORT_STRING) this.#ascii(value, size);
    else this.bytes.write(value, this.at);
    this.at += size;
  }

  varBytes(value: Bytes): void {
    if (value === null || value === undefined) {
      this.varInt(-1);
      return;
    }
    const size = sizeOf(value);
    this.varInt(size);
    this.raw(value, size);
  }

  string(value: string | null | undefined): void {
    if (value === null || value === undefined) {
      this.int16(-1);
      return;
    }
    const size = Buffer.byteLength(value);
    this.int16(size);
    this.raw(value, size);
  }

  /** As many bytes as characters: all of them below 0x80. */
  #ascii(value: string, size: number): void {
    const { bytes, at } = this;
    for (let i = 0; i < size; i++) bytes[at + i] = value.charCodeAt(i);
  }
}

function writeRecord(to: Writer, { message, headers, bodyBytes }: MeasuredRecord, offsetDelta: number): void {
  to.varInt(bodyBytes);
  to.int8(0);
  to.int8(0);
  to.varInt(offsetDelta);
  to.varBytes(message.key);
  to.varBytes(message.value);
  to.varInt(headers);
  const given = message.headers;
  for (const name in given) {
    const value = given[name];
    if (Array.isArray(value)) {
      for (const item of value as readonly Bytes[]) {
        to.varBytes(name);
        to.varBytes(item);
      }
    } else {
      to.varBytes(name);
      to.varBytes(value as Bytes);
    }
  }
}

interface MeasuredPartition {
  readonly partition: number;
  readonly firstSequence: number;
  readonly records: readonly MeasuredRecord[];
  readonly batchBytes: number;
}

/** A record batch of version 2: https://kafka.apache.org/documentation/#recordbatch */
function writeBatch(to: Writer, measured: MeasuredPartition, request: ProduceRequest, nowMs: bigint): void {
  const { records, batchBytes, firstSequence } = measured;
  const start = to.at;
  to.int64(0n);
  to.int32(batchBytes - LENGTH_PREFIXED_BYTES);
  to.int32(0);
  to.int8(MAGIC);
  to.int32(0);
  to.int16(isTransactional(request) ? TRANSACTIONAL : 0);
  to.int32(records.length - 1);
  to.int64(nowMs);
  to.int64(nowMs);
  to.int64(BigInt(String(request.producerId ?? -1)));
  to.int16(request.producerEpoch ?? 0);
  to.int32(firstSequence);
  to.int32(records.length);
  for (let i = 0; i < records.length; i++) writeRecord(to, records[i] as MeasuredRecord, i);
  const covered = start + BEFORE_CRC_BYTES + 4;
  to.bytes.writeUInt32BE(crc32c(to.bytes.subarray(covered, to.at)), start + BEFORE_CRC_BYTES);
}

const isTransactional = ({ transactionalId }: ProduceRequest): boolean =>
  transactionalId !== undefined && transactionalId !== null && transactionalId !== '';

/** False where records carry timestamps of their own or are to be compressed: that is left to kafkajs. */
export function isEncodable({ topicData, compression = 0 }: ProduceRequest): boolean {
  return (
    compression === 0 &&
    topicData.every(({ partitions }) =>
      partitions.every(({ messages }) => messages.every(({ timestamp }) => timestamp === undefined)),
    )
  );
}

/** The body of a produce request of version 3 to 7, byte for byte what kafkajs makes of it. */
export function encodeProduceRequest(request: ProduceRequest): Buffer {
  const nowMs = BigInt(Date.now());
  let size = 2 + Buffer.byteLength(request.transactionalId ?? '') + 2 + 4 + 4;
  const topics = request.topicData.map(({ topic, partitions }) => {
    size += 2 + Buffer.byteLength(topic) + 4;
    const measured = partitions.map(({ partition, firstSequence, messages }): MeasuredPartition => {
      const records = messages.map(measure);
      let batchBytes = BATCH_HEADER_BYTES;
      for (const { bodyBytes } of records) batchBytes += sizeOfVarInt(bodyBytes) + bodyBytes;
      size += 8 + batchBytes;
      return { partition, firstSequence, records, batchBytes };
    });
    return { topic, measured };
  });
  const to = new Writer(size);
  to.string(request.transactionalId);
  to.int16(request.acks);
  to.int32(request.timeout);
  to.int32(topics.length);
  for (const { topic, measured } of topics) {
    to.string(topic);
    to.int32(measured.length);
    for (const partition of measured) {
      to.int32(partition.partition);
      to.int32(partition.batchBytes);
      writeBatch(to, partition, request, nowMs);
    }
  }
  return to.bytes;
}
