import { afterEach, describe, expect, it } from '@jest/globals';
import type { CommitEntry, LogConsumer, LogConsumerOptions } from './log-consumer.port.ts';
import type { OutgoingRecord } from './log-producer.port.ts';
import type { PartitionPosition, TopicPartition } from './log-record.ts';
import { eventually, numbered, RecordingHandler } from './recording-handler.conformance.ts';

/** A log as the suite needs it around the consumers under test. */
export interface LogConsumerHarness {
  createTopic(partitions: number): Promise<string>;
  append(records: readonly OutgoingRecord[]): Promise<void>;
  transaction(of: TopicPartition, values: readonly string[], outcome: 'commit' | 'abort'): Promise<void>;
  deleteBefore(of: TopicPartition, offset: number): Promise<void>;
  consumer(options: LogConsumerOptions): LogConsumer;
  committed(groupId: string, of: TopicPartition): Promise<{ offset: number; metadata: string } | undefined>;
  setCommitted(groupId: string, entry: CommitEntry): Promise<void>;
  /** Throws every member out of the group, as Kafka does with those it has not heard of. */
  expel(groupId: string): Promise<void>;
}

/** What every {@link LogConsumer} does. */
export function logConsumerConformance(name: string, harness: () => LogConsumerHarness): void {
  describe(`${name}, as a LogConsumer`, () => {
    let groups = 0;
    const started: LogConsumer[] = [];
    const handlers: RecordingHandler[] = [];

    const newGroup = (): string => `group-${Date.now()}-${++groups}`;
    const member = (
      groupId: string,
      topics: readonly string[],
      further: Pick<LogConsumerOptions, 'isLocatedByHandler'> = {},
    ): [LogConsumer, RecordingHandler] => {
      const handler = new RecordingHandler();
      const consumer = harness().consumer({ groupId, topics, handler, onFatal: handler.onFatal, ...further });
      started.push(consumer);
      handlers.push(handler);
      return [consumer, handler];
    };
    const fill = (of: TopicPartition, values: readonly string[]): Promise<void> =>
      harness().append(values.map((value) => ({ ...of, key: null, value })));
    const begin = (groupId: string, position: PartitionPosition, metadata = ''): Promise<void> =>
      harness().setCommitted(groupId, { ...position, metadata });
    const topicOf = async (partitions: number, records: number): Promise<string> => {
      const topic = await harness().createTopic(partitions);
      for (let partition = 0; partition < partitions; partition++) await fill({ topic, partition }, numbered(records));
      return topic;
    };

    afterEach(async () => {
      await Promise.all(started.splice(0).map((consumer) => consumer.stop()));
      expect(handlers.splice(0).flatMap(({ breaches }) => breaches)).toEqual([]);
    });

    it('tells what the group committed and where the log begins and ends, and reads from where it is told', async () => {
      const topic = await topicOf(3, 10);
      const groupId = newGroup();
      await begin(groupId, { topic, partition: 1, offset: 4 }, 'a note');
      await harness().deleteBefore({ topic, partition: 2 }, 6);
      const [consumer, handler] = member(groupId, [topic]);
      await consumer.start();
      expect(handler.located[0]?.toSorted((a, b) => a.partition - b.partition)).toEqual([
        { topic, partition: 0, committedOffset: null, committedMetadata: '', logStart: 0, logEnd: 10 },
        { topic, partition: 1, committedOffset: 4, committedMetadata: 'a note', logStart: 0, logEnd: 10 },
        { topic, partition: 2, committedOffset: null, committedMetadata: '', logStart: 6, logEnd: 10 },
      ]);
      await eventually('20 records', () => handler.records.length === 20);
      expect(handler.values({ topic, partition: 0 })).toEqual(numbered(10));
      expect(handler.values({ topic, partition: 1 })).toEqual(numbered(6, 4));
      expect(handler.values({ topic, partition: 2 })).toEqual(numbered(4, 6));
    });

    it('hands a record over as it was written, and goes on with those written later', async () => {
      const topic = await harness().createTopic(1);
      const [consumer, handler] = member(newGroup(), [topic]);
      await consumer.start();
      const before = Date.now();
      const headers = { one: 'eins', bytes: Buffer.from([0, 255]), many: ['a', 'b'] };
      await harness().append([
        { topic, partition: 0, key: 'key', value: Buffer.from('välue'), headers },
        { topic, partition: 0, key: null, value: null },
      ]);
      await eventually('two records', () => handler.records.length === 2);
      const [first, second] = handler.records;
      expect(first).toMatchObject({ topic, partition: 0, offset: 0 });
      expect(String(first?.key)).toBe('key');
      expect(String(first?.value)).toBe('välue');
      expect(String(first?.headers['one'])).toBe('eins');
      expect(first?.headers['bytes']).toEqual(Buffer.from([0, 255]));
      expect([first?.headers['many']].flat().map(String)).toEqual(['a', 'b']);
      expect(Math.abs((first?.timestampMs ?? 0) - before)).toBeLessThan(60_000);
      expect(second).toMatchObject({ offset: 1, key: null, value: null });
    });

    it('reads several topics', async () => {
      const topics = [await topicOf(2, 5), await topicOf(1, 5)];
      const [consumer, handler] = member(newGroup(), topics);
      await consumer.start();
      expect(handler.lastJoin).toMatchObject({ lost: [], isContinuous: false });
      expect(handler.lastJoin?.assigned).toHaveLength(3);
      await eventually('15 records', () => handler.records.length === 15);
    });

    it('commits offsets with metadata, where another member goes on later', async () => {
      const topic = await topicOf(1, 10);
      const of = { topic, partition: 0 };
      const groupId = newGroup();
      const [first] = member(groupId, [topic]);
      await first.start();
      expect(await first.commit([{ ...of, offset: 7, metadata: 'seven' }])).toBe('committed');
      expect(await harness().committed(groupId, of)).toEqual({ offset: 7, metadata: 'seven' });
      await first.stop();
      const [second, handler] = member(groupId, [topic]);
      await second.start();
      expect(handler.located[0]).toMatchObject([{ committedOffset: 7, committedMetadata: 'seven' }]);
      await eventually('the rest', () => handler.records.length === 3);
      expect(handler.values()).toEqual(numbered(3, 7));
    });

    it('leaves out of a commit what it does not hold', async () => {
      const topic = await topicOf(1, 5);
      const groupId = newGroup();
      const [consumer] = member(groupId, [topic]);
      await consumer.start();
      expect(await consumer.commit([{ topic, partition: 8, offset: 1, metadata: '' }])).toBe('committed');
      expect(await harness().committed(groupId, { topic, partition: 8 })).toBeUndefined();
    });

    it('ends when locating fails', async () => {
      const topic = await topicOf(1, 1);
      const [consumer, handler] = member(newGroup(), [topic]);
      handler.locateWith = () => Promise.reject(new Error('no map'));
      await expect(consumer.start()).rejects.toThrow('no map');
      expect(handler.fatal.map(({ message }) => message)).toEqual(['no map']);
      expect(handler.batches).toEqual([]);
    });

    it.each([4, 11])('refuses the position %i in a log that has [5, 10], naming all three', async (offset) => {
      const topic = await topicOf(1, 10);
      await harness().deleteBefore({ topic, partition: 0 }, 5);
      const [consumer, handler] = member(newGroup(), [topic]);
      handler.locateWith = ([of]) => Promise.resolve(of === undefined ? [] : [{ ...of, offset }]);
      await expect(consumer.start()).rejects.toThrow(`the position ${offset} of ${topic}[0]`);
      expect(handler.fatal.map(({ message }) => message)).toEqual([expect.stringContaining('[5, 10]')]);
    });

    it.each([4, 11])(
      'ends at a committed offset of %i in a log that has [5, 10], and leaves it as it is',
      async (offset) => {
        const topic = await topicOf(1, 10);
        const of = { topic, partition: 0 };
        const groupId = newGroup();
        await harness().deleteBefore(of, 5);
        await begin(groupId, { ...of, offset }, 'mine');
        const [consumer, handler] = member(groupId, [topic]);
        await expect(consumer.start()).rejects.toThrow(
          `the offset committed by ${groupId}, ${offset} of ${topic}[0] is outside the log, which has [5, 10]`,
        );
        expect(handler.fatal).toHaveLength(1);
        expect(handler.located).toEqual([]);
        expect(await harness().committed(groupId, of)).toEqual({ offset, metadata: 'mine' });
      },
    );

    it.each([4, 11])(
      'reads where its handler keeps its positions itself, whatever was committed: %i in a log that has [5, 10]',
      async (offset) => {
        const topic = await topicOf(1, 10);
        const of = { topic, partition: 0 };
        const groupId = newGroup();
        await harness().deleteBefore(of, 5);
        await begin(groupId, { ...of, offset }, 'old');
        const [consumer, handler] = member(groupId, [topic], { isLocatedByHandler: true });
        handler.locateWith = () => Promise.resolve([{ ...of, offset: 8 }]);
        await consumer.start();
        await eventually('the records', () => handler.batches.flatMap(({ records }) => records).length === 2);
        expect(handler.located).toEqual([
          [{ ...of, committedOffset: null, committedMetadata: '', logStart: 5, logEnd: 10 }],
        ]);
        expect(await consumer.commit([{ ...of, offset: 10, metadata: '' }])).toBe('committed');
        expect(await harness().committed(groupId, of)).toEqual({ offset: 10, metadata: '' });
      },
    );

    it('ends when the log loses the position it is reading at, and leaves the committed offset as it is', async () => {
      const topic = await topicOf(1, 10);
      const of = { topic, partition: 0 };
      const groupId = newGroup();
      await begin(groupId, { ...of, offset: 2 }, 'mine');
      const [consumer, handler] = member(groupId, [topic]);
      handler.locateWith = (assigned) => {
        consumer.pause(assigned);
        return Promise.resolve([{ ...of, offset: 2 }]);
      };
      await consumer.start();
      await harness().deleteBefore(of, 5);
      consumer.resume([of]);
      await eventually('the end', () => handler.fatal.length > 0);
      expect(handler.fatal.map(({ message }) => message)).toEqual([
        `the log of ${topic}[0] does not have the position 2`,
      ]);
      expect(handler.batches).toEqual([]);
      expect(await harness().committed(groupId, of)).toEqual({ offset: 2, metadata: 'mine' });
    });

    it('hands over nothing of a paused partition, and goes on exactly there when it is resumed', async () => {
      const topic = await topicOf(2, 50);
      const paused = { topic, partition: 0 };
      const [consumer, handler] = member(newGroup(), [topic]);
      handler.locateWith = (assigned) => {
        consumer.pause([paused]);
        return Promise.resolve(assigned.map((of) => ({ topic: of.topic, partition: of.partition, offset: 0 })));
      };
      await consumer.start();
      await eventually('the other partition', () => handler.values({ topic, partition: 1 }).length === 50);
      expect(handler.values(paused)).toEqual([]);
      handler.afterBatch = (batch) => {
        if (batch.partition === 0) consumer.pause([paused]);
      };
      consumer.resume([paused]);
      await eventually('a batch', () => handler.values(paused).length > 0);
      const got = handler.values(paused).length;
      await fill(paused, numbered(50, 50));
      await fill({ topic, partition: 1 }, ['later']);
      await eventually('what came later', () => handler.values({ topic, partition: 1 }).length === 51);
      expect(handler.values(paused)).toHaveLength(got);
      // How far it is behind can be told all the same.
      expect((await consumer.logEnds()).toSorted((a, b) => a.partition - b.partition)).toEqual([
        { ...paused, offset: 100 },
        { topic, partition: 1, offset: 51 },
      ]);
      handler.afterBatch = () => {};
      consumer.resume([paused]);
      await eventually('all', () => handler.values(paused).length === 100);
      expect(handler.values(paused)).toEqual(numbered(100));
    });

    it('reads on from where it is told to seek, also from within a batch', async () => {
      const topic = await topicOf(1, 20);
      const of = { topic, partition: 0 };
      const [consumer, handler] = member(newGroup(), [topic]);
      let isFirst = true;
      handler.afterBatch = () => {
        if (!isFirst) return;
        isFirst = false;
        handler.sought({ ...of, offset: 15 });
        consumer.seek({ ...of, offset: 15 });
      };
      await consumer.start();
      await eventually('five more', () => handler.values().length >= 25);
      handler.sought({ ...of, offset: 18 });
      consumer.seek({ ...of, offset: 18 });
      await eventually('two more', () => handler.values().length >= 27);
      expect(handler.values()).toEqual([...numbered(20), ...numbered(5, 15), ...numbered(2, 18)]);
    });

    it('passes over transaction markers and aborted records, and reaches the end of a log that ends with them', async () => {
      const topic = await harness().createTopic(1);
      const of = { topic, partition: 0 };
      const [consumer, handler] = member(newGroup(), [topic]);
      await consumer.start();
      await harness().transaction(of, ['a', 'b'], 'commit');
      await eventually('the marker', () => handler.position(of) === 3);
      await harness().transaction(of, ['never'], 'abort');
      await eventually('the aborted end', () => handler.position(of) === 5);
      expect(handler.advances.length).toBeGreaterThan(0);
      await fill(of, ['c']);
      await harness().transaction(of, ['never', 'ever'], 'abort');
      await harness().transaction(of, ['d'], 'commit');
      await eventually('the end', () => handler.position(of) === 11);
      expect(handler.values()).toEqual(['a', 'b', 'c', 'd']);
    });

    it('shares partitions with a member that joins, telling first what is lost', async () => {
      const topic = await topicOf(4, 10);
      const groupId = newGroup();
      for (let partition = 0; partition < 4; partition++) await begin(groupId, { topic, partition, offset: 0 });
      const [first, one] = member(groupId, [topic]);
      await first.start();
      await eventually('all records', () => one.records.length === 40);
      await first.commit([0, 1, 2, 3].map((partition) => ({ topic, partition, offset: 5, metadata: '' })));
      const [second, two] = member(groupId, [topic]);
      await second.start();
      await eventually('the next join', () => one.joins.length >= 2 && one.lastJoin?.assigned.length === 2);
      expect(one.lastJoin?.lost).toHaveLength(2);
      expect(one.lastJoin?.isContinuous).toBe(true);
      const kept = one.lastJoin?.assigned.map(({ partition }) => partition) ?? [];
      const moved = two.lastJoin?.assigned.map(({ partition }) => partition) ?? [];
      expect([...kept, ...moved].toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3]);
      // Kept ones too are read again from what was committed.
      await eventually('kept partitions', () => one.records.length === 50);
      await eventually('moved partitions', () => two.records.length === 10);
      for (const partition of moved) expect(two.values({ topic, partition })).toEqual(numbered(5, 5));
      // A late commit of what was lost is left out.
      const [lost] = one.lastJoin?.lost ?? [];
      if (lost === undefined) throw new Error('nothing was lost');
      expect(await first.commit([{ ...lost, offset: 1, metadata: 'late' }])).toBe('committed');
      expect(await harness().committed(groupId, lost)).toEqual({ offset: 5, metadata: '' });
    });

    it('takes a lost partition up again where the other member left it, not where it had paused or sought', async () => {
      const topic = await topicOf(2, 30);
      const groupId = newGroup();
      for (const partition of [0, 1]) await begin(groupId, { topic, partition, offset: 0 });
      const [first, one] = member(groupId, [topic]);
      await first.start();
      await eventually('all records', () => one.records.length === 60);
      const [second, two] = member(groupId, [topic]);
      // Whatever goes to the other one leaves with a pause and a seek on it.
      for (const partition of [0, 1]) {
        first.pause([{ topic, partition }]);
        one.sought({ topic, partition, offset: 3 });
        first.seek({ topic, partition, offset: 3 });
      }
      await second.start();
      await eventually('the loss', () => one.lastJoin?.lost.length === 1);
      const [moved] = two.lastJoin?.assigned ?? [];
      if (moved === undefined) throw new Error('nothing moved');
      await eventually('its records', () => two.values(moved).length === 30);
      expect(await second.commit([{ ...moved, offset: 20, metadata: '' }])).toBe('committed');
      const before = one.values(moved).length;
      await second.stop();
      await eventually('the return', () => one.lastJoin?.assigned.length === 2);
      expect(one.lastJoin?.lost).toEqual([]);
      await eventually('the rest', () => one.values(moved).length === before + 10);
      expect(one.values(moved).slice(before)).toEqual(numbered(10, 20));
    });

    it('keeps what it holds when another member leaves', async () => {
      const topic = await topicOf(6, 1);
      const groupId = newGroup();
      for (let partition = 0; partition < 6; partition++) await begin(groupId, { topic, partition, offset: 0 });
      const members = [member(groupId, [topic]), member(groupId, [topic]), member(groupId, [topic])];
      for (const [consumer] of members) await consumer.start();
      const hold = (count: number) => (handler: RecordingHandler) => handler.lastJoin?.assigned.length === count;
      const all = members.map(([, handler]) => handler);
      await eventually('even shares', () => all.every(hold(2)));
      const [leaving, ...staying] = members;
      await leaving?.[0].stop();
      const left = staying.map(([, handler]) => handler);
      await eventually('even shares again', () => left.every(hold(3)));
      expect(left.map(({ lastJoin }) => lastJoin)).toMatchObject([
        { lost: [], isContinuous: true },
        { lost: [], isContinuous: true },
      ]);
    });

    it('drops what it had fetched when a join comes while its records are queued', async () => {
      const topic = await topicOf(6, 200);
      const groupId = newGroup();
      for (let partition = 0; partition < 6; partition++) await begin(groupId, { topic, partition, offset: 0 });
      const [first, one] = member(groupId, [topic]);
      const [second, two] = member(groupId, [topic]);
      // Each batch is handed over in between joins; a batch of the join before would be a breach.
      await Promise.all([first.start(), second.start()]);
      await eventually(
        'both hold some',
        () => one.lastJoin?.assigned.length === 3 && two.lastJoin?.assigned.length === 3,
      );
      await eventually('all records once more', () => {
        const held = (handler: RecordingHandler): boolean =>
          (handler.lastJoin?.assigned ?? []).every((of) => handler.position(of) === 200);
        return held(one) && held(two);
      });
    });

    it('aborts the locating that the next join overtakes, and locates again', async () => {
      const topic = await topicOf(2, 5);
      const groupId = newGroup();
      const [first, one] = member(groupId, [topic]);
      const hung: AbortSignal[] = [];
      one.locateWith = (_assigned, signal) => {
        hung.push(signal);
        return new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => reject(new Error('overtaken')));
        });
      };
      const isStarted = first.start();
      await eventually('the first locate', () => hung.length === 1);
      one.locateWith = new RecordingHandler().locateWith;
      const [second, two] = member(groupId, [topic]);
      await second.start();
      await isStarted;
      expect(hung[0]?.aborted).toBe(true);
      expect(one.fatal).toEqual([]);
      await eventually('all records', () => one.records.length === 5 && two.records.length === 5);
    });

    it('is fenced when the group has moved on, and learns by a join that it was not there in between', async () => {
      const topic = await topicOf(1, 10);
      const of = { topic, partition: 0 };
      const groupId = newGroup();
      await begin(groupId, { ...of, offset: 0 });
      const [consumer, handler] = member(groupId, [topic]);
      await consumer.start();
      await eventually('all records', () => handler.records.length === 10);
      await harness().expel(groupId);
      expect(await consumer.commit([{ ...of, offset: 9, metadata: 'late' }])).toBe('fenced');
      expect(await harness().committed(groupId, of)).toEqual({ offset: 0, metadata: '' });
      await eventually('the next join', () => handler.joins.length === 2);
      expect(handler.lastJoin).toEqual({ assigned: [of], lost: [], isContinuous: false });
      await eventually('all records again', () => handler.records.length === 20);
      expect(await consumer.commit([{ ...of, offset: 10, metadata: '' }])).toBe('committed');
    });

    it('leaves out of a commit what others may have worked on meanwhile, until it is located again', async () => {
      const topic = await topicOf(1, 10);
      const of = { topic, partition: 0 };
      const groupId = newGroup();
      await begin(groupId, { ...of, offset: 0 });
      const [consumer, handler] = member(groupId, [topic]);
      await consumer.start();
      const located = Promise.withResolvers<void>();
      const { locateWith } = handler;
      handler.locateWith = async (assigned, signal) => {
        await located.promise;
        return locateWith(assigned, signal);
      };
      await harness().expel(groupId);
      await eventually('the next join', () => handler.located.length === 2);
      expect(await consumer.commit([{ ...of, offset: 9, metadata: 'early' }])).toBe('committed');
      expect(await harness().committed(groupId, of)).toEqual({ offset: 0, metadata: '' });
      located.resolve();
      await eventually('all records again', () => handler.position(of) === 10);
      expect(await consumer.commit([{ ...of, offset: 10, metadata: '' }])).toBe('committed');
      expect(await harness().committed(groupId, of)).toEqual({ offset: 10, metadata: '' });
    });

    it('hands over nothing more after quiesce, and still commits', async () => {
      const topic = await topicOf(1, 10);
      const of = { topic, partition: 0 };
      const groupId = newGroup();
      const [consumer, handler] = member(groupId, [topic]);
      await consumer.start();
      await eventually('all records', () => handler.records.length === 10);
      consumer.quiesce();
      await fill(of, numbered(5, 10));
      consumer.resume([of]);
      const [other, watched] = member(newGroup(), [topic]);
      await other.start();
      await eventually('that they can be read', () => watched.records.length === 15);
      expect(await consumer.commit([{ ...of, offset: 10, metadata: '' }])).toBe('committed');
      expect(handler.records).toHaveLength(10);
      expect(await harness().committed(groupId, of)).toEqual({ offset: 10, metadata: '' });
    });

    it('commits what it keeps through a join that comes after quiesce', async () => {
      const topic = await topicOf(2, 10);
      const groupId = newGroup();
      for (const partition of [0, 1]) await begin(groupId, { topic, partition, offset: 0 });
      const [first, one] = member(groupId, [topic]);
      await first.start();
      await eventually('all records', () => one.records.length === 20);
      first.quiesce();
      const [second] = member(groupId, [topic]);
      await second.start();
      await eventually('the join', () => one.lastJoin?.assigned.length === 1);
      const [kept] = one.lastJoin?.assigned ?? [];
      if (kept === undefined) throw new Error('nothing was kept');
      expect(await first.commit([{ ...kept, offset: 10, metadata: 'last' }])).toBe('committed');
      expect(await harness().committed(groupId, kept)).toEqual({ offset: 10, metadata: 'last' });
      expect(one.records).toHaveLength(20);
    });

    it('hears of the group regularly', async () => {
      const topic = await topicOf(1, 1);
      const [consumer, handler] = member(newGroup(), [topic]);
      await consumer.start();
      await eventually('the record', () => handler.records.length === 1);
      expect(consumer.msSinceHeartbeat()).toBeLessThan(2_500);
    });
  });
}
