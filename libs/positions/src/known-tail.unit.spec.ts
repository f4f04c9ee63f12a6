import { describe, expect, it } from '@jest/globals';
import type { PartitionPosition } from '@signalbox/kafka';
import { KnownTail } from './known-tail.ts';

const tailWithEnds = (ends: readonly number[]): { tail: KnownTail; asked: PartitionPosition[][] } => {
  const asked: PartitionPosition[][] = [];
  const reader = {
    read: async (from: readonly PartitionPosition[]) => {
      asked.push([...from]);
      return Promise.resolve(from.map(({ topic, partition }) => ({ topic, partition, offset: ends[partition] ?? 0 })));
    },
  };
  return { tail: new KnownTail({ reader, topic: 'deliveries', partitions: ends.length }), asked };
};

describe('KnownTail', () => {
  it('knows the true ends, also of partitions that others write to', async () => {
    const { tail, asked } = tailWithEnds([5, 900]);
    tail.note(0, 3);
    await tail.learnEnds();
    expect(tail.snapshot()).toEqual([5, 900]);
    expect(asked[0]?.every(({ offset }) => offset === Number.MAX_SAFE_INTEGER)).toBe(true);
  });

  it('reads from the positions it is given, and from the beginning where there is none', async () => {
    const { tail, asked } = tailWithEnds([5, 900]);
    await tail.readFrom([4], () => {});
    expect(asked[0]?.map(({ offset }) => offset)).toEqual([4, 0]);
  });
});
