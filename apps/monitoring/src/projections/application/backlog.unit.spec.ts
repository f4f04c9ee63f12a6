import { describe, expect, it } from '@jest/globals';
import type { LogBatch, LogRecord } from '@signalbox/kafka';
import { Backlog } from './backlog.ts';

const record = (partition: number, offset: number): LogRecord => ({
  topic: 't',
  partition,
  offset,
  timestampMs: 0,
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
});
