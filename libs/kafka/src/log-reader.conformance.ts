import { afterEach, describe, expect, it } from '@jest/globals';
import type { OutgoingRecord } from './log-producer.port.ts';
import type { FollowFrom, LogFollower, TailReader } from './log-reader.port.ts';
import type { LogRecord, TopicPartition } from './log-record.ts';
import { eventually, numbered } from './recording-handler.conformance.ts';

export interface LogReaderHarness {
  createTopic(partitions: number): Promise<string>;
  append(records: readonly OutgoingRecord[]): Promise<void>;
  transaction(of: TopicPartition, values: readonly string[], outcome: 'commit' | 'abort'): Promise<void>;
  deleteBefore(of: TopicPartition, offset: number): Promise<void>;
  tailReader(topic: string): TailReader;
  follower(
    topic: string,
    onRecord: (record: LogRecord) => void,
    onFatal: (error: Error) => void,
    from?: FollowFrom,
  ): LogFollower;
}

/** What every {@link TailReader} and {@link LogFollower} does. */
export function logReaderConformance(name: string, harness: () => LogReaderHarness): void {
  const stopped: { stop(): Promise<void> }[] = [];
  const stopAll = async (): Promise<void> => {
    await Promise.all(stopped.splice(0).map((reader) => reader.stop()));
  };
  const fill = (of: TopicPartition, values: readonly string[]): Promise<void> =>
    harness().append(values.map((value) => ({ ...of, key: null, value })));
  const valueOf = ({ value }: LogRecord): string => String(value);

  describe(`${name}, as a TailReader`, () => {
    afterEach(stopAll);

    const start = async (topic: string): Promise<TailReader> => {
      const reader = harness().tailReader(topic);
      stopped.push(reader);
      await reader.start();
      return reader;
    };

    it('reads each partition from the position asked for to the end it has then', async () => {
      const topic = await harness().createTopic(3);
      const reader = await start(topic);
      for (const partition of [0, 1, 2]) await fill({ topic, partition }, numbered(20));
      const read: LogRecord[] = [];
      const ends = await reader.read(
        [
          { topic, partition: 0, offset: 5 },
          { topic, partition: 2, offset: 19 },
        ],
        (record) => read.push(record),
      );
      expect(ends).toEqual([
        { topic, partition: 0, offset: 20 },
        { topic, partition: 2, offset: 20 },
      ]);
      expect(read.filter(({ partition }) => partition === 0).map(valueOf)).toEqual(numbered(15, 5));
      expect(read.filter(({ partition }) => partition === 2).map(valueOf)).toEqual(['value-19']);
      expect(read).toHaveLength(16);
    });

    it('answers at once where nothing lies behind the position', async () => {
      const topic = await harness().createTopic(2);
      const reader = await start(topic);
      await fill({ topic, partition: 1 }, numbered(3));
      const read: LogRecord[] = [];
      const from = [
        { topic, partition: 0, offset: 0 },
        { topic, partition: 1, offset: 3 },
      ];
      expect(await reader.read(from, (record) => read.push(record))).toEqual(from);
      expect(await reader.read([], () => {})).toEqual([]);
      expect(read).toEqual([]);
    });

    it('raises a position to where the log begins', async () => {
      const topic = await harness().createTopic(1);
      const of = { topic, partition: 0 };
      const reader = await start(topic);
      await fill(of, numbered(10));
      await harness().deleteBefore(of, 7);
      const read: string[] = [];
      await reader.read([{ ...of, offset: 2 }], (record) => read.push(valueOf(record)));
      expect(read).toEqual(numbered(3, 7));
    });

    it('reaches an end of transaction markers and aborted records', async () => {
      const topic = await harness().createTopic(1);
      const of = { topic, partition: 0 };
      const reader = await start(topic);
      await harness().transaction(of, ['a', 'b'], 'commit');
      await harness().transaction(of, ['never'], 'abort');
      const read: string[] = [];
      const ends = await reader.read([{ ...of, offset: 0 }], (record) => read.push(valueOf(record)));
      expect(ends).toEqual([{ ...of, offset: 5 }]);
      expect(read).toEqual(['a', 'b']);
      expect(await reader.read([{ ...of, offset: 3 }], (record) => read.push(valueOf(record)))).toEqual(ends);
      expect(read).toEqual(['a', 'b']);
    });

    it('reads again from wherever it is asked, one read after the other', async () => {
      const topic = await harness().createTopic(1);
      const of = { topic, partition: 0 };
      const reader = await start(topic);
      await fill(of, numbered(10));
      const reads: string[][] = [[], [], []];
      await Promise.all(
        [0, 8, 3].map((offset, index) =>
          reader.read([{ ...of, offset }], (record) => reads[index]?.push(valueOf(record))),
        ),
      );
      expect(reads).toEqual([numbered(10), numbered(2, 8), numbered(7, 3)]);
    });

    it('gives up when it is told to, and reads on request again', async () => {
      const topic = await harness().createTopic(1);
      const of = { topic, partition: 0 };
      const reader = await start(topic);
      await fill(of, numbered(500));
      const abort = new AbortController();
      const late: string[] = [];
      const read = reader.read(
        [{ ...of, offset: 0 }],
        (record) => {
          late.push(valueOf(record));
        },
        abort.signal,
      );
      abort.abort(new Error('overtaken'));
      await expect(read).rejects.toThrow('overtaken');
      const before = late.length;
      const again: string[] = [];
      await reader.read([{ ...of, offset: 490 }], (record) => again.push(valueOf(record)));
      expect(again).toEqual(numbered(10, 490));
      expect(late).toHaveLength(before);
    });

    it('rejects when the one it reads for throws', async () => {
      const topic = await harness().createTopic(1);
      const of = { topic, partition: 0 };
      const reader = await start(topic);
      await fill(of, numbered(3));
      const read = reader.read([{ ...of, offset: 0 }], () => {
        throw new Error('not mine');
      });
      await expect(read).rejects.toThrow('not mine');
    });
  });

  describe(`${name}, as a LogFollower`, () => {
    afterEach(stopAll);

    const follow = (topic: string, from?: FollowFrom): { follower: LogFollower; seen: LogRecord[]; fatal: Error[] } => {
      const seen: LogRecord[] = [];
      const fatal: Error[] = [];
      const follower = harness().follower(
        topic,
        (record) => seen.push(record),
        (error) => fatal.push(error),
        from,
      );
      stopped.push(follower);
      return { follower, seen, fatal };
    };

    it('has told all there was when it has started, and goes on', async () => {
      const topic = await harness().createTopic(2);
      for (const partition of [0, 1]) await fill({ topic, partition }, numbered(250));
      const { follower, seen, fatal } = follow(topic);
      await follower.start();
      expect(seen.filter(({ partition }) => partition === 0).map(valueOf)).toEqual(numbered(250));
      expect(seen.filter(({ partition }) => partition === 1).map(valueOf)).toEqual(numbered(250));
      await fill({ topic, partition: 1 }, ['later']);
      await eventually('what came later', () => seen.length === 501);
      expect(seen.at(-1)).toMatchObject({ partition: 1, offset: 250 });
      expect(fatal).toEqual([]);
    });

    it('tells nothing of what was there before, when it begins at the end, and says where that is', async () => {
      const topic = await harness().createTopic(2);
      await fill({ topic, partition: 1 }, numbered(3));
      const { follower, seen } = follow(topic, 'end');
      expect(await follower.start()).toEqual([
        { topic, partition: 0, offset: 0 },
        { topic, partition: 1, offset: 3 },
      ]);
      for (const partition of [0, 1]) await fill({ topic, partition }, ['later']);
      await eventually('what came later', () => seen.length === 2);
      expect(seen.map(valueOf)).toEqual(['later', 'later']);
    });

    it('starts with an empty topic', async () => {
      const topic = await harness().createTopic(1);
      const { follower, seen } = follow(topic);
      await follower.start();
      await fill({ topic, partition: 0 }, ['first']);
      await eventually('the first', () => seen.length === 1);
    });

    it('starts where the beginning was deleted and the end is a transaction nobody sees', async () => {
      const topic = await harness().createTopic(1);
      const of = { topic, partition: 0 };
      await fill(of, numbered(10));
      await harness().deleteBefore(of, 4);
      await harness().transaction(of, ['never'], 'abort');
      const { follower, seen } = follow(topic);
      await follower.start();
      expect(seen.map(valueOf)).toEqual(numbered(6, 4));
    });

    it('ends when the one it tells throws', async () => {
      const topic = await harness().createTopic(1);
      await fill({ topic, partition: 0 }, ['bad']);
      const fatal: Error[] = [];
      const follower = harness().follower(
        topic,
        () => {
          throw new Error('unreadable');
        },
        (error) => fatal.push(error),
      );
      stopped.push(follower);
      await expect(follower.start()).rejects.toThrow();
      expect(fatal.map(({ message }) => message)).toEqual(['unreadable']);
    });
  });
}
