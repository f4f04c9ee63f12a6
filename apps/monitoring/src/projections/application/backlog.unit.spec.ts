import { describe, expect, it } from '@jest/globals';
import type { LogBatch, LogRecord } from '@signalbox/kafka';
import { Backlog } from './backlog.ts';

const record = (partition: number, offset: number, topic = 't', timestampMs = 0): LogRecord => ({
  topic,
  partition,
  offset,
  timestampMs,
  key: null,
  value: Buffer.alloc(100),
  headers: {},
});

/** Records at the given offsets, read from `position` on up to `nextPosition`. */
const batch = (partition: number, position: number, offsets: readonly number[], nextPosition: number): LogBatch => ({
  topic: 't',
  partition,
  position,
  records: offsets.map((offset) => record(partition, offset)),
  nextPosition,
});

const taken = (backlog: Backlog, maxRecords: number) =>
  backlog
    .take(maxRecords)
    .map(({ partition, from, to, records }) => [partition, from, to, records.map(({ offset }) => offset)]);

describe('backlog', () => {
  it('gives out what came in, each partition in a row from position to position', () => {
    const backlog = new Backlog();
    backlog.add(batch(0, 5, [5, 7], 9));
    backlog.add(batch(1, 0, [0], 1));
    backlog.add(batch(0, 9, [9], 10));
    expect(taken(backlog, 100)).toEqual([
      [0, 5, 10, [5, 7, 9]],
      [1, 0, 1, [0]],
    ]);
    expect(taken(backlog, 100)).toEqual([]);
    expect([backlog.records, backlog.bytes]).toEqual([0, 0]);
  });

  it('cuts a batch at the limit without leaving a hole', () => {
    const backlog = new Backlog();
    backlog.add(batch(0, 0, [0, 1, 4, 5], 8));
    expect(taken(backlog, 2)).toEqual([[0, 0, 4, [0, 1]]]);
    expect(taken(backlog, 2)).toEqual([[0, 4, 8, [4, 5]]]);
  });

  it('moves on over what was filtered, once it knows where the partition stood', () => {
    const backlog = new Backlog();
    backlog.advance({ topic: 't', partition: 0, offset: 4 });
    expect(taken(backlog, 10)).toEqual([]);
    backlog.open([{ topic: 't', partition: 0, offset: 2 }]);
    backlog.advance({ topic: 't', partition: 0, offset: 4 });
    expect(taken(backlog, 10)).toEqual([[0, 2, 4, []]]);
  });

  it('forgets a partition and counts what is left', () => {
    const backlog = new Backlog();
    backlog.add(batch(0, 0, [0, 1], 2));
    backlog.add(batch(1, 0, [0], 1));
    backlog.drop({ topic: 't', partition: 0 });
    expect(backlog.records).toBe(1);
    expect(taken(backlog, 10)).toEqual([[1, 0, 1, [0]]]);
    expect(backlog.bytes).toBe(0);
  });

  const at = (topic: string, partition: number, position: number, times: readonly number[]): LogBatch => ({
    topic,
    partition,
    position,
    records: times.map((timeMs, index) => record(partition, position + index, topic, timeMs)),
    nextPosition: position + times.length,
  });
  const counts = (backlog: Backlog, maxRecords: number) =>
    backlog.take(maxRecords).map(({ topic, partition, from, to, records }) => {
      expect(records).toHaveLength(to - from);
      return `${topic}${partition} ${from}-${to}`;
    });

  it('takes partitions of one number up to the same time, the oldest first', () => {
    const backlog = new Backlog();
    backlog.add(at('d', 0, 0, [20, 21, 22, 23, 24]));
    backlog.add(at('d', 1, 0, [10, 11, 12, 13]));
    backlog.add(at('a', 0, 0, [20, 21, 25]));
    backlog.add(at('a', 1, 0, [11, 12, 13]));
    expect(counts(backlog, 6)).toEqual(['d1 0-4', 'a1 0-2']);
    expect(counts(backlog, 6)).toEqual(['d0 0-4', 'a0 0-2']);
  });

  it('leaves for three times what has nothing beside it yet, while there is anything else', () => {
    const backlog = new Backlog();
    backlog.add(at('d', 0, 0, [10, 20]));
    backlog.add(at('a', 0, 0, [10, 20, 30, 40]));
    backlog.add(at('d', 1, 0, [5]));
    expect(counts(backlog, 100)).toEqual(['d0 0-2', 'a0 0-2']);
    expect(backlog.recordsOf({ topic: 'a', partition: 0 })).toBe(2);
    backlog.add(at('d', 0, 2, [30]));
    expect(counts(backlog, 100)).toEqual(['d0 2-3', 'a0 2-3']);
    const due = [[], ['d1 0-1'], [], ['a0 3-4']];
    for (const [times, alsoDue] of due.entries()) {
      backlog.add(at('d', 2, times, [50]));
      backlog.add(at('a', 2, times, [50]));
      expect(counts(backlog, 100).toSorted()).toEqual(
        [`a2 ${times}-${times + 1}`, `d2 ${times}-${times + 1}`, ...alsoDue].toSorted(),
      );
    }
    expect([backlog.records, backlog.bytes]).toEqual([0, 0]);
  });

  it('leaves none for longer whose broker has a clock ahead of that of the other', () => {
    const backlog = new Backlog();
    const takenOfA: number[] = [];
    for (let take = 0; take < 12; take++) {
      backlog.add(at('d', 0, take, [take]));
      backlog.add(at('a', 0, take, [3_600_000 + take]));
      const before = backlog.recordsOf({ topic: 'a', partition: 0 });
      backlog.take(100);
      takenOfA.push(before - backlog.recordsOf({ topic: 'a', partition: 0 }));
    }
    expect(takenOfA).toEqual([0, 0, 0, 4, 0, 0, 0, 4, 0, 0, 0, 4]);
  });

  it('gives out what it has when that is all of one topic', () => {
    const backlog = new Backlog();
    backlog.add(at('d', 0, 0, [10, 20]));
    backlog.add(at('d', 1, 0, [30]));
    expect(counts(backlog, 100)).toEqual(['d0 0-2', 'd1 0-1']);
  });
});
