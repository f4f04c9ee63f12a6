import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import internals from 'kafkajs/src/protocol/requests/index.js';
import { encodeProduceRequest, isEncodable } from './produce-encoding.ts';

const bytes = fc.oneof(
  fc.constant(null),
  fc.string({ unit: 'grapheme', maxLength: 300 }),
  fc.string({ unit: 'grapheme-ascii', maxLength: 100 }),
  fc.uint8Array({ maxLength: 200 }).map((array) => Buffer.from(array)),
);
const headerValue = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 40 }),
  fc.uint8Array({ maxLength: 40 }).map((array) => Buffer.from(array)),
);
const headers = fc.dictionary(
  fc.string({ minLength: 1, maxLength: 20 }),
  fc.oneof(headerValue, fc.array(headerValue, { maxLength: 3 })),
  { noNullPrototype: true, maxKeys: 6 },
);
const message = fc.record({ key: bytes, value: bytes, headers: fc.option(headers, { nil: undefined }) });
const partition = fc.record({
  partition: fc.nat(99),
  firstSequence: fc.nat(2 ** 31 - 1),
  messages: fc.array(message, { minLength: 1, maxLength: 90 }),
});
const request = fc.record({
  acks: fc.constant(-1),
  timeout: fc.nat(60_000),
  transactionalId: fc.option(fc.string({ minLength: 1, maxLength: 10 }), { nil: undefined }),
  producerId: fc.bigInt({ min: -1n, max: 2n ** 62n }).map(String),
  producerEpoch: fc.nat(30_000),
  topicData: fc.array(
    fc.record({ topic: fc.string({ minLength: 1, maxLength: 20 }), partitions: fc.array(partition, { maxLength: 3 }) }),
    { maxLength: 3 },
  ),
});

describe('encodeProduceRequest', () => {
  beforeEach(() => {
    jest.spyOn(Date, 'now').mockReturnValue(1_790_000_000_000);
  });

  afterEach(() => {
    jest.restoreAllMocks();
  });

  it('makes byte for byte what kafkajs makes', async () => {
    const make = internals.requests.Produce.protocol({ version: 7 });
    await fc.assert(
      fc.asyncProperty(request, async (given) => {
        const expected = await make(given).request.encode();
        expect(encodeProduceRequest(given).equals(expected.buffer)).toBe(true);
      }),
      { numRuns: 200 },
    );
  });

  it('leaves compression and timestamps to kafkajs', () => {
    const given = (timestamp: string | undefined, compression: number) => ({
      acks: -1,
      timeout: 1,
      compression,
      topicData: [
        { topic: 't', partitions: [{ partition: 0, firstSequence: 0, messages: [{ value: 'x', timestamp }] }] },
      ],
    });
    expect(isEncodable(given(undefined, 0))).toBe(true);
    expect(isEncodable(given('1', 0))).toBe(false);
    expect(isEncodable(given(undefined, 1))).toBe(false);
  });
});
