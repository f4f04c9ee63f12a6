import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Partitioners } from 'kafkajs';
import { partitionOfKey } from './murmur2.ts';

describe('partitionOfKey', () => {
  it('places every key where kafkajs places it', () => {
    const place = Partitioners.DefaultPartitioner();
    const metadata = (count: number) =>
      Array.from({ length: count }, (_, partitionId) => ({
        partitionErrorCode: 0,
        partitionId,
        leader: 1,
        replicas: [1],
        isr: [1],
      }));
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary' }),
          fc.uint8Array({ maxLength: 64 }).map((bytes) => Buffer.from(bytes)),
        ),
        fc.integer({ min: 1, max: 48 }),
        (key, count) => {
          const expected = place({ topic: 't', partitionMetadata: metadata(count), message: { key, value: null } });
          expect(partitionOfKey(key, count)).toBe(expected);
        },
      ),
      { numRuns: 500 },
    );
  });
});
