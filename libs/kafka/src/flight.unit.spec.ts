import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { settle, type PartitionAck, type QueuedRecord } from './flight.ts';

const queued = (topic: string, partition: number | undefined, value: string): QueuedRecord => ({
  topic,
  partition,
  key: null,
  value,
  headers: undefined,
  bytes: 1,
  onAppended: undefined,
});

const run = (records: readonly QueuedRecord[], acks: readonly PartitionAck[]) => {
  const told: string[] = [];
  const missing = settle(records, acks, ({ topic, value }, partition, offset) => {
    told.push(`${topic}/${partition}@${offset}=${String(value)}`);
  });
  return { told, missing: missing.map(({ value }) => value) };
};

describe('settle', () => {
  it('counts the offsets of a partition on from the answer, in the order sent', () => {
    const records = [queued('t', 0, 'a'), queued('t', 1, 'b'), queued('t', 0, 'c'), queued('u', 0, 'd')];
    const acks = [
      { topic: 'u', partition: 0, baseOffset: 9 },
      { topic: 't', partition: 0, baseOffset: 5 },
      { topic: 't', partition: 1, baseOffset: 0 },
    ];
    expect(run(records, acks)).toEqual({ told: ['t/0@5=a', 't/1@0=b', 't/0@6=c', 'u/0@9=d'], missing: [] });
  });

  it('finds what no answer covers, in the order sent', () => {
    const records = [queued('t', 0, 'a'), queued('t', 1, 'b'), queued('t', undefined, 'c'), queued('u', 0, 'd')];
    expect(run(records, [{ topic: 't', partition: 1, baseOffset: 7 }])).toEqual({
      told: ['t/1@7=b'],
      missing: ['a', 'c', 'd'],
    });
  });

  it('believes the first of two answers for a partition', () => {
    const acks = [3, 8].map((baseOffset) => ({ topic: 't', partition: 0, baseOffset }));
    expect(run([queued('t', 0, 'a'), queued('t', 0, 'b')], acks).told).toEqual(['t/0@3=a', 't/0@4=b']);
  });

  it('tells or finds missing every record, exactly once', () => {
    const record = fc.tuple(fc.constantFrom('t', 'u'), fc.nat(4));
    fc.assert(
      fc.property(fc.array(record), fc.uniqueArray(record, { selector: String }), (sent, answered) => {
        const records = sent.map(([topic, partition], index) => queued(topic, partition, String(index)));
        const acks = answered.map(([topic, partition]) => ({ topic, partition, baseOffset: 0 }));
        const { told, missing } = run(records, acks);
        expect(told.length + missing.length).toBe(records.length);
        expect(new Set(told.map((line) => line.split('=')[0])).size).toBe(told.length);
        const isAnswered = ({ topic, partition }: QueuedRecord): boolean =>
          answered.some(([t, p]) => t === topic && p === partition);
        expect(missing).toEqual(records.filter((r) => !isAnswered(r)).map(({ value }) => value));
      }),
    );
  });
});
