import { describe, expect, it } from '@jest/globals';
import { encodeFact } from '@signalbox/contracts';
import type { LogRecord } from '@signalbox/kafka';
import { RecordFault } from '@signalbox/kafka';
import * as fc from 'fast-check';
import { attempted } from '../../testing/facts.ts';
import type { Chunk } from './chunk.ts';
import type { UnreadableRecord } from './dead-letters.port.ts';
import { projectChunks } from './project-chunks.ts';
import type { Advance, Projected, Projection, ReadModels } from './read-models.port.ts';
import { RefusedData } from './read-models.port.ts';

/** A database in memory: it keeps positions and the facts' attempt numbers, and refuses some of these. */
class FakeReadModels implements ReadModels {
  readonly positions = new Map<number, number>();
  readonly stored: number[] = [];
  refuses: (attemptNumber: number) => boolean = () => false;
  onRefused: () => void = () => {};
  failure: Error | undefined;
  nowMs = 0;

  locate(): never {
    throw new Error('not asked here');
  }

  async project(advances: readonly Advance[], work: (projection: Projection) => Promise<void>): Promise<Projected> {
    if (this.failure !== undefined) throw this.failure;
    const lost = advances.filter(({ partition, from }) => (this.positions.get(partition) ?? 0) !== from);
    if (lost.length > 0) {
      const positions = lost.map(({ topic, partition }) => {
        return { topic, partition, offset: this.positions.get(partition) ?? 0 };
      });
      return { kind: 'overtaken', positions };
    }
    const written: number[] = [];
    await work({
      nowMs: this.nowMs,
      known: () => Promise.resolve([]),
      attempts: () => Promise.resolve([]),
      write: ({ facts }) => {
        written.push(...facts.map(({ attemptNumber }) => attemptNumber));
        if (written.some((one) => this.refuses(one))) {
          this.onRefused();
          throw new RefusedData(new Error('out of range'));
        }
        return Promise.resolve();
      },
    });
    this.stored.push(...written);
    for (const { partition, to } of advances) this.positions.set(partition, to);
    return { kind: 'committed' };
  }
}

const factRecord = (partition: number, offset: number, attemptNumber: number): LogRecord => {
  const { headers, value } = encodeFact(attempted({ attemptNumber }));
  return { topic: 'attempts', partition, offset, timestampMs: 0, key: null, value: Buffer.from(value), headers };
};

const chunk = (partition: number, from: number, attemptNumbers: readonly number[]): Chunk => ({
  topic: 'attempts',
  partition,
  from,
  to: from + attemptNumbers.length,
  records: attemptNumbers.map((attemptNumber, index) => factRecord(partition, from + index, attemptNumber)),
});

function setUp() {
  const readModels = new FakeReadModels();
  const letters: UnreadableRecord[] = [];
  const deadLetters = {
    putAside: (records: readonly UnreadableRecord[]) => {
      letters.push(...records);
      return Promise.resolve();
    },
  };
  const deps = { deliveriesTopic: 'deliveries', readModels, deadLetters, keptSinceMs: () => 0 };
  return { readModels, letters, deps };
}

describe('projecting chunks', () => {
  it('finds the records that the database refuses, puts these aside and projects all others', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.integer({ min: 1, max: 60 }), { maxLength: 5 }),
        fc.integer({ min: 0, max: 30 }),
        async (poison, split) => {
          const { readModels, letters, deps } = setUp();
          readModels.refuses = (attemptNumber) => poison.includes(attemptNumber);
          const numbers = Array.from({ length: 30 }, (_, index) => index + 1);
          const { deadLetters } = await projectChunks(deps, [
            chunk(0, 0, numbers.slice(0, split)),
            chunk(1, 0, numbers.slice(split)),
          ]);
          const refused = numbers.filter((one) => poison.includes(one));
          expect(readModels.stored.toSorted((a, b) => a - b)).toEqual(numbers.filter((one) => !poison.includes(one)));
          expect(letters.map(({ record }) => record.partition * 100 + record.offset).toSorted((a, b) => a - b)).toEqual(
            refused.map((one) => (one <= split ? one - 1 : 100 + one - 1 - split)),
          );
          expect(deadLetters).toBe(refused.length);
          expect([readModels.positions.get(0), readModels.positions.get(1)]).toEqual([split, 30 - split]);
        },
      ),
    );
  });

  it('puts records aside that it cannot read, once, and says why', async () => {
    const { readModels, letters, deps } = setUp();
    readModels.refuses = (attemptNumber) => attemptNumber === 3;
    const odd = { ...factRecord(0, 1, 2), value: Buffer.from('{') };
    const { records, ...rest } = chunk(0, 0, [1, 2, 3, 4]);
    await projectChunks(deps, [{ ...rest, records: records.map((one) => (one.offset === 1 ? odd : one)) }]);
    expect(letters.map(({ record, message }) => [record.offset, message])).toEqual([
      [1, 'value is not JSON'],
      [2, 'it cannot be stored: out of range'],
    ]);
    expect(readModels.stored).toEqual([1, 4]);
  });

  it('puts a record aside that the log could not decode, with what the log says of it', async () => {
    const { letters, deps } = setUp();
    const fault = new RecordFault('headers', 'it has 70 headers; 64 are read');
    const odd = { ...factRecord(0, 0, 1), headers: {}, fault };
    await projectChunks(deps, [{ ...chunk(0, 0, [1]), records: [odd] }]);
    expect(letters.map(({ message }) => message)).toEqual(['it has 70 headers; 64 are read']);
  });

  it('projects the partitions that nobody else has projected, and names the others', async () => {
    const { readModels, deps } = setUp();
    readModels.positions.set(1, 7);
    const { overtaken } = await projectChunks(deps, [chunk(0, 0, [1]), chunk(1, 5, [2, 3]), chunk(2, 0, [4])]);
    expect(overtaken).toEqual([{ topic: 'attempts', partition: 1, offset: 7 }]);
    expect(readModels.stored).toEqual([1, 4]);
  });

  it('puts aside what was refused also when another instance takes a partition of the batch meanwhile', async () => {
    const { readModels, letters, deps } = setUp();
    readModels.refuses = (attemptNumber) => attemptNumber === 2;
    readModels.onRefused = () => void readModels.positions.set(1, 9);
    const { overtaken } = await projectChunks(deps, [chunk(0, 0, [2]), chunk(1, 0, [])]);
    expect(overtaken).toEqual([{ topic: 'attempts', partition: 1, offset: 9 }]);
    expect(letters.map(({ record }) => [record.partition, record.offset])).toEqual([[0, 0]]);
    expect(readModels.positions.get(0)).toBe(1);
  });

  it('puts nothing aside and rejects while the database is away', async () => {
    const { readModels, letters, deps } = setUp();
    readModels.failure = new Error('connection refused');
    const odd = { ...chunk(0, 0, [1]), records: [{ ...factRecord(0, 0, 1), value: null }] };
    await expect(projectChunks(deps, [odd])).rejects.toThrow('connection refused');
    expect(letters).toEqual([]);
  });

  it('leaves out and counts what was first scheduled before the begin of the retention, a retry of it included', async () => {
    const { readModels, letters, deps } = setUp();
    const { firstScheduledAtMs } = attempted();
    const chunks = [chunk(0, 0, [1, 2])];
    readModels.nowMs = firstScheduledAtMs + 1_000;
    const kept = await projectChunks({ ...deps, keptSinceMs: (nowMs) => nowMs - 1_000 }, chunks);
    expect([kept.outlived, readModels.stored]).toEqual([0, [1, 2]]);
    const later = setUp();
    // By the database's clock: that of one host must not leave out what all others keep.
    later.readModels.nowMs = firstScheduledAtMs + 1_001;
    const left = await projectChunks({ ...later.deps, keptSinceMs: (nowMs) => nowMs - 1_000 }, chunks);
    expect([left.outlived, left.deadLetters, later.readModels.stored, letters]).toEqual([2, 0, [], []]);
    expect(later.readModels.positions.get(0)).toBe(2);
  });
});
