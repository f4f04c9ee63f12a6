import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { compressFrameSync } from 'lz4-napi';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { compressSync } from 'snappy';
import { MAX_BATCH_BYTES } from './batch-compression.ts';
import { encodeProduceRequest, type ProduceMessage } from './produce-encoding.ts';
import { readRecordBatches, type FetchedRecord } from './record-batch.ts';
import { MAX_HEADERS } from './record-headers.ts';

/** Of an uncompressed batch: where its fields lie. */
const LENGTH_AT = 8;
const MAGIC_AT = 16;
const ATTRIBUTES_AT = 21;
const RECORDS_AT = 61;
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

function compressed(batch: Buffer, codec: number, compress: (records: Buffer) => Buffer): Buffer {
  const changed = Buffer.concat([batch.subarray(0, RECORDS_AT), compress(batch.subarray(RECORDS_AT))]);
  changed.writeInt32BE(changed.length - LENGTH_AT - 4, LENGTH_AT);
  changed.writeInt16BE(codec, ATTRIBUTES_AT);
  return changed;
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

const read = (...batches: readonly Buffer[]): FetchedRecord[] => readRecordBatches('t', 0, Buffer.concat(batches));
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
    expect(records[1]?.fault?.message).toMatch(
      /^what was appended up to offset 12 cannot be read: the batch that began at 10: /,
    );
  });

  it.each(CODECS)('of %s are not unfolded beyond their bound', (_name, codec, compress) => {
    const huge = Buffer.alloc(MAX_BATCH_BYTES + 1);
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
