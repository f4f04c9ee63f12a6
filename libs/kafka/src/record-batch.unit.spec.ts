import { crc32c } from '@node-rs/crc32';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { compressFrameSync } from 'lz4-napi';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { compressSync } from 'snappy';
import { encodeProduceRequest, type ProduceMessage } from './produce-encoding.ts';
import { readFetchAnswer } from './fetch-answer.ts';
import type { FetchedRecord } from './record-batch.ts';
import { MAX_HEADERS } from './record-headers.ts';
import { MAX_UNFOLDED_BYTES } from './unfolding-budget.ts';

/** Of an uncompressed batch: where its fields lie. */
const LENGTH_AT = 8;
const MAGIC_AT = 16;
const CHECKSUM_AT = 17;
const ATTRIBUTES_AT = 21;
const PRODUCER_ID_AT = 43;
const RECORDS_AT = 61;
const TRANSACTIONAL = 0x10;
const MARKER = 0x30;
/** Its magic, its version, and the oldest that can read it. */
const XERIAL_HEAD = Buffer.from('82534e41505059000000000100000001', 'hex');

/** A batch as a broker keeps it, which is how a producer sends it but for the first offset. */
function batchOf(messages: readonly ProduceMessage[], firstOffset = 0): Buffer {
  const topicData = [{ topic: 't', partitions: [{ partition: 0, firstSequence: 0, messages }] }];
  const request = encodeProduceRequest({ acks: -1, timeout: 1, producerId: '7', topicData });
  // No transactional id, acks, timeout, count of topics, "t", count of partitions, partition, size.
  const batch = Buffer.from(request.subarray(2 + 2 + 4 + 4 + 3 + 4 + 4 + 4));
  batch.writeBigInt64BE(BigInt(firstOffset), 0);
  return batch;
}

function checked(batch: Buffer): Buffer {
  batch.writeUInt32BE(crc32c(batch.subarray(ATTRIBUTES_AT)), CHECKSUM_AT);
  return batch;
}

/** A batch of one record, as a transactional producer's. */
function ofTransaction(producerId: number, firstOffset: number, attributes = TRANSACTIONAL): Buffer {
  const batch = batchOf(simple([`${producerId}@${firstOffset}`]), firstOffset);
  batch.writeInt16BE(attributes, ATTRIBUTES_AT);
  batch.writeBigInt64BE(BigInt(producerId), PRODUCER_ID_AT);
  return checked(batch);
}

type Aborted = readonly (readonly [producerId: number, firstOffset: number])[];

/** An answer with one topic and these partitions, beginning with 0. */
function answerOf(partitions: readonly Buffer[], aborted: Aborted = []): Buffer {
  const int32 = (value: number): Buffer => Buffer.from(Uint32Array.of(value).buffer).swap32();
  const int64 = (value: number): Buffer => Buffer.concat([int32(0), int32(value)]);
  const pairs = aborted.flatMap(([producerId, firstOffset]) => [int64(producerId), int64(firstOffset)]);
  const told = partitions.flatMap((bytes, partition) => [
    int32(partition),
    Buffer.alloc(2),
    int64(100),
    int64(100),
    int64(0),
    int32(aborted.length),
    ...pairs,
    int32(-1),
    int32(bytes.length),
    bytes,
  ]);
  const topic = Buffer.from('\0\x01t', 'latin1');
  return Buffer.concat([int32(0), Buffer.alloc(2), int32(0), int32(1), topic, int32(partitions.length), ...told]);
}

/** What is told of partition 0; of others, when they are given. */
function fetched(partitions: readonly Buffer[], aborted: Aborted = []) {
  return readFetchAnswer(answerOf(partitions, aborted)).responses[0]?.partitions ?? [];
}

function compressed(batch: Buffer, codec: number, compress: (records: Buffer) => Buffer): Buffer {
  const changed = Buffer.concat([batch.subarray(0, RECORDS_AT), compress(batch.subarray(RECORDS_AT))]);
  changed.writeInt32BE(changed.length - LENGTH_AT - 4, LENGTH_AT);
  changed.writeInt16BE(codec, ATTRIBUTES_AT);
  return checked(changed);
}

/** Java's framing: blocks with their sizes in front. */
function xerial(records: Buffer): Buffer {
  const half = Math.ceil(records.length / 2);
  const blocks = [records.subarray(0, half), records.subarray(half)].map((part) => compressSync(part));
  const sized = blocks.flatMap((block) => {
    const size = Buffer.alloc(4);
    size.writeUInt32BE(block.length);
    return [size, block];
  });
  return Buffer.concat([XERIAL_HEAD, ...sized]);
}

const CODECS: readonly (readonly [name: string, codec: number, compress: (records: Buffer) => Buffer])[] = [
  ['gzip', 1, gzipSync],
  ['snappy as librdkafka sends it', 2, (records) => compressSync(records)],
  ['snappy as Java sends it', 2, xerial],
  ['lz4', 3, (records) => compressFrameSync(records)],
  ['zstd', 4, zstdCompressSync],
];

const read = (...batches: readonly Buffer[]): readonly FetchedRecord[] =>
  fetched([Buffer.concat(batches)])[0]?.messages ?? [];
const simple = (values: readonly string[]): ProduceMessage[] => values.map((value) => ({ key: null, value }));
const texts = (records: readonly FetchedRecord[]): (string | undefined)[] => records.map((r) => r.value?.toString());

const name = fc.oneof(fc.constantFrom('a', 'b', '__proto__', 'constructor'), fc.string());
const bytes = fc.option(
  fc.uint8Array({ maxLength: 300 }).map((array) => Buffer.from(array)),
  { nil: null },
);
const message = fc.record({
  key: bytes,
  value: bytes,
  headers: fc.dictionary(name, fc.oneof(bytes, fc.array(bytes, { minLength: 2, maxLength: 3 })), { maxKeys: 5 }),
});

describe('record batches', () => {
  it('are read as they were written, whatever is in them', () => {
    fc.assert(
      fc.property(fc.array(message, { minLength: 1, maxLength: 100 }), fc.nat(2 ** 31), (messages, firstOffset) => {
        const records = read(batchOf(messages, firstOffset));
        expect(records.map(({ offset }) => offset)).toEqual(messages.map((_, index) => firstOffset + index));
        for (const [index, { key, value, headers, fault }] of records.entries()) {
          expect({ key, value, fault }).toEqual({
            key: messages[index]?.key,
            value: messages[index]?.value,
            fault: undefined,
          });
          expect(Object.entries(headers)).toEqual(Object.entries(messages[index]?.headers ?? {}));
          expect(Object.getPrototypeOf(headers)).toBe(Object.prototype);
        }
      }),
    );
  });

  it.each(CODECS)('compressed by %s are read', (_name, codec, compress) => {
    const values = Array.from({ length: 2_000 }, (_, index) => `${index}`.repeat(100));
    const batch = compressed(batchOf(simple(values), 5), codec, compress);
    expect(batch.length).toBeLessThan(values.join('').length / 3);
    const records = read(batch);
    expect(texts(records)).toEqual(values);
    expect(records.at(-1)?.offset).toBe(2_004);
  });

  it.each(CODECS)('of %s that cannot be read become one record with a fault, and stop nobody', (_name, codec) => {
    const broken = compressed(batchOf(simple(['a', 'b', 'c']), 10), codec, () => Buffer.from('no such thing at all'));
    const records = read(batchOf(simple(['before']), 9), broken, batchOf(simple(['after']), 13));
    expect(texts(records)).toEqual(['before', undefined, 'after']);
    expect(records[1]).toMatchObject({ offset: 12, key: null, value: null, headers: {}, fault: { kind: 'batch' } });
    expect(records[1]?.fault?.message).toMatch(/^the batch from offset 10 to 12 cannot be read: /);
  });

  it.each(CODECS)('of %s are not unfolded beyond their bound', (_name, codec, compress) => {
    const huge = Buffer.alloc(MAX_UNFOLDED_BYTES + 1);
    const [record] = read(compressed(batchOf(simple(['x'])), codec, () => compress(huge)));
    expect(record?.fault?.kind).toBe('batch');
  });

  it('of a codec or a format that is not known become one record with a fault', () => {
    const unknownCodec = compressed(batchOf(simple(['a', 'b']), 3), 7, (records) => records);
    expect(read(unknownCodec)).toMatchObject([{ offset: 4, fault: { kind: 'batch' } }]);
    const old = batchOf(simple(['a']), 3);
    old.writeInt8(1, MAGIC_AT);
    expect(read(old)[0]?.fault?.message).toContain('before Kafka 0.11');
  });

  it.each(CODECS)('of %s are left for the next fetch when others have unfolded far', (_name, codec, compress) => {
    const large = compress(Buffer.alloc((MAX_UNFOLDED_BYTES / 4) * 3));
    const [far, small] = [
      compressed(batchOf(simple(['x'])), codec, () => large),
      compressed(batchOf(simple(['y'])), codec, compress),
    ];
    const answer = fetched([Buffer.concat([small, far]), Buffer.concat([far, small]), small]);
    expect(answer.map(({ partition }) => partition)).toEqual([0, 2]);
    expect(answer[0]?.messages).toHaveLength(2);
  });

  it('whose bytes are not those that were appended become one record with a fault, where they begin', () => {
    const batch = batchOf(simple(['a', 'b', 'c']), 10);
    for (let at = ATTRIBUTES_AT; at < batch.length; at++) {
      const changed = Buffer.from(batch);
      changed.writeUInt8(changed.readUInt8(at) ^ 0x10, at);
      const records = read(batchOf(simple(['before']), 9), changed, batchOf(simple(['after']), 13));
      expect(texts(records)).toEqual(['before', undefined, 'after']);
      expect(records[1]).toMatchObject({
        offset: 10,
        fault: { kind: 'batch', message: 'the batch that begins at offset 10 cannot be read: its checksum is wrong' },
      });
    }
  });

  it('that cannot be read are seen by a fetch that begins in their middle too', () => {
    const wrong = batchOf(simple(['a', 'b', 'c']), 10);
    wrong[wrong.length - 2]! ^= 1;
    const asked = [{ topic: 't', partitions: [{ partition: 0, fetchOffset: '11' }] }];
    const told = readFetchAnswer(answerOf([Buffer.concat([wrong, batchOf(simple(['d']), 13)])]), asked);
    const messages = told.responses[0]?.partitions[0]?.messages ?? [];
    expect(messages.map(({ offset }) => offset)).toEqual([11, 13]);
    expect(messages[0]?.fault?.message).toBe(
      'the batch that begins at offset 10 cannot be read: its checksum is wrong',
    );
  });

  it.each([-1, 0, 4, 5, 20, 48, 2 ** 31 - 1])('of a length of %i become one record with a fault', (length) => {
    const wrong = batchOf(simple(['a']), 10);
    wrong.writeInt32BE(length, LENGTH_AT);
    expect(read(wrong)[0]).toMatchObject({ offset: 10, value: null, fault: { kind: 'batch' } });
  });

  it('of a wrong length make nothing of what follows that is not whole by its own checksum', () => {
    const right = batchOf(simple(['before the change', 'a', 'b']), 10);
    for (let length = 5; length < right.length * 2; length++) {
      if (length === right.length - LENGTH_AT - 4) continue;
      const wrong = Buffer.from(right);
      wrong.writeInt32BE(length, LENGTH_AT);
      const records = read(batchOf(simple(['before']), 9), wrong, batchOf(simple(['after']), 13));
      expect(records.map(({ offset }) => offset).slice(0, 2)).toEqual(records.length === 1 ? [9] : [9, 10]);
      expect(records.slice(2)).toEqual([]);
    }
  });

  it('of aborted transactions are told apart, though these are interleaved and not listed in the order of their beginnings', () => {
    const [first, second, commits] = [7, 8, 9];
    const log = [
      ofTransaction(first, 0),
      ofTransaction(second, 1),
      ofTransaction(commits, 2),
      ofTransaction(first, 3),
      ofTransaction(second, 4, MARKER),
      ofTransaction(second, 5),
      ofTransaction(first, 6, MARKER),
      ofTransaction(first, 7),
      ofTransaction(commits, 8, MARKER),
    ];
    const aborted = [
      [second, 1],
      [first, 0],
    ] as const;
    // Also where the fetch began after both had.
    for (const from of [0, 1, 2, 3]) {
      const [partition] = fetched([Buffer.concat(log.slice(from))], aborted);
      const told = partition?.messages.filter(({ isControlRecord }) => !isControlRecord) ?? [];
      expect(told.map(({ offset }) => offset)).toEqual([2, 5, 7].filter((offset) => offset >= from));
      expect(partition?.messages.map(({ offset }) => offset)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8].slice(from));
      expect(partition?.abortedTransactions).toEqual([]);
    }
  });

  it('that a fetch cut off are left for the next one', () => {
    const [first, second] = [batchOf(simple(['a'])), batchOf(simple(['b']), 1)];
    for (let left = 1; left < second.length; left++) {
      expect(texts(read(first, second.subarray(0, left)))).toEqual(['a']);
    }
  });
});

describe('the headers of a record', () => {
  const headers = (count: number): ProduceMessage => ({
    key: null,
    value: 'x',
    headers: Object.fromEntries(Array.from({ length: count }, (_, index) => [`h${index}`, 'x'])),
  });

  it(`are left unread above ${MAX_HEADERS}, at once, however many there are`, () => {
    const batch = batchOf([headers(MAX_HEADERS), headers(100_000), headers(1)]);
    const startedAtMs = performance.now();
    const [most, tooMany, after] = read(batch);
    expect(performance.now() - startedAtMs).toBeLessThan(1_000);
    expect(Object.keys(most?.headers ?? {})).toHaveLength(MAX_HEADERS);
    expect(tooMany).toMatchObject({
      headers: {},
      fault: { kind: 'headers', message: 'the record has 100000 headers; at most 256 are read' },
    });
    expect(tooMany?.value?.toString()).toBe('x');
    expect(after).toMatchObject({ offset: 2, headers: { h0: Buffer.from('x') } });
  });
});
