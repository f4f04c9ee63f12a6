import { afterEach, describe, expect, it } from '@jest/globals';
import { faultyMembers } from './faulty-members.conformance.ts';
import type { KafkaCluster } from './kafka-cluster.conformance.ts';
import type { PartitionPosition, TopicPartition } from './log-record.ts';
import { eventually, numbered, RecordingHandler } from './recording-handler.conformance.ts';
import {
  askedPositions,
  failCommit,
  FETCH,
  fetchedPartitions,
  firstBatchBytes,
  OFFSET_COMMIT,
  OFFSET_FETCH,
  Wire,
  withoutRecords,
} from './wire.conformance.ts';

const COORDINATOR_NOT_AVAILABLE = 15;
const TOPIC_AUTHORIZATION_FAILED = 29;

/** What kafkajs's consumer makes of faults, and what the adapter makes of that. */
export function consumerFaults(cluster: () => KafkaCluster): void {
  describe('the kafkajs consumer, at faults', () => {
    const { newGroup, member, fill, begin, groupWithRecords, stop } = faultyMembers(cluster);
    afterEach(stop);

    it('reads where its handler tells, also when kafkajs learns of a committed offset outside the log only then', async () => {
      const topic = await cluster().createTopic(1);
      const of = { topic, partition: 0 };
      await fill(of, numbered(10));
      await cluster().deleteBefore(of, 5);
      const groupId = newGroup();
      await cluster().setCommitted(groupId, { ...of, offset: 4, metadata: '' });
      const told = Promise.withResolvers<void>();
      const wire = new Wire();
      wire.onRequest = async ({ apiKey }) => (apiKey === OFFSET_FETCH ? told.promise : undefined);
      const [consumer, handler] = member(groupId, topic, wire, { isLocatedByHandler: true });
      handler.locateWith = () => Promise.resolve([{ ...of, offset: 8 }]);
      await consumer.start();
      told.resolve();
      await eventually('the records', () => handler.records.length === 2);
      expect(handler.fatal).toEqual([]);
    });

    it('fetches nothing between a join and the end of locating', async () => {
      const { topic, groupId } = await groupWithRecords();
      const wire = new Wire();
      const [first, one] = member(groupId, topic, wire);
      await first.start();
      await eventually('all records', () => one.records.length === 20);
      const located = Promise.withResolvers<void>();
      const { locateWith } = one;
      one.locateWith = async (assigned, signal) => {
        await located.promise;
        return locateWith(assigned, signal);
      };
      const [second] = member(groupId, topic);
      await second.start();
      await eventually('the next join', () => one.located.length === 2);
      const asked: TopicPartition[] = [];
      wire.onRequest = (request) => {
        if (request.apiKey === FETCH) asked.push(...askedPositions(request));
      };
      await new Promise((resolve) => setTimeout(resolve, 500));
      expect(asked).toEqual([]);
      located.resolve();
      await eventually('what it kept', () => asked.length > 0 && one.records.length === 30);
    });

    it('asks after a join for nothing but what it was told, whatever was committed, paused or sought before', async () => {
      const topic = await cluster().createTopic(2);
      for (const partition of [0, 1]) await fill({ topic, partition }, numbered(20));
      const groupId = newGroup();
      await begin(groupId, topic, 2);
      const wire = new Wire();
      let asked: PartitionPosition[] = [];
      wire.onRequest = (request) => {
        if (request.apiKey === FETCH) asked.push(...askedPositions(request));
      };
      const [first, one] = member(groupId, topic, wire);
      const startAt = (offset: number): void => {
        one.locateWith = (assigned) => {
          asked = [];
          return Promise.resolve(assigned.map(({ partition }) => ({ topic, partition, offset })));
        };
      };
      startAt(12);
      await first.start();
      await eventually('the ends', () => one.records.length === 16);
      expect(Math.min(...asked.map(({ offset }) => offset))).toBe(12);
      const [second] = member(groupId, topic);
      startAt(15);
      // What goes to the other one leaves with a pause and a seek on it, and comes back.
      for (const partition of [0, 1]) {
        first.pause([{ topic, partition }]);
        one.sought({ topic, partition, offset: 3 });
        first.seek({ topic, partition, offset: 3 });
      }
      await second.start();
      await eventually('the loss', () => one.lastJoin?.assigned.length === 1);
      await eventually('what it kept', () => one.records.length === 21);
      expect(Math.min(...asked.map(({ offset }) => offset))).toBe(15);
      startAt(17);
      await second.stop();
      await eventually('both ends', () => one.records.length === 27);
      expect(Math.min(...asked.map(({ offset }) => offset))).toBe(17);
    });

    it('resumes within a moment although its other partitions are idle', async () => {
      const topic = await cluster().createTopicOn([
        [1, 2, 3],
        [1, 2, 3],
      ]);
      const of = { topic, partition: 0 };
      const [consumer, handler] = member(newGroup(), topic);
      await consumer.start();
      consumer.pause([of]);
      await fill(of, numbered(5));
      await new Promise((resolve) => setTimeout(resolve, 300));
      expect(handler.records).toEqual([]);
      const resumedAtMs = performance.now();
      consumer.resume([of]);
      await eventually('the records', () => handler.records.length === 5);
      expect(performance.now() - resumedAtMs).toBeLessThan(1_500);
    });

    it('drops the batches fetched before a seek', async () => {
      // One leader, so that one answer brings all of them; they are handed over one after the other.
      const topic = await cluster().createTopicOn(Array.from({ length: 6 }, () => [1, 2, 3]));
      const all = [0, 1, 2, 3, 4, 5].map((partition) => ({ topic, partition }));
      for (const of of all) await fill(of, numbered(20));
      const [consumer, handler] = member(newGroup(), topic);
      let isSought = false;
      handler.afterBatch = (batch) => {
        if (isSought) return;
        isSought = true;
        for (const { partition } of all.filter((of) => of.partition !== batch.partition)) {
          handler.sought({ topic, partition, offset: 15 });
          consumer.seek({ topic, partition, offset: 15 });
        }
      };
      await consumer.start();
      await eventually('the ends', () => all.every((of) => handler.position(of) === 20));
      expect(handler.records).toHaveLength(20 + 5 * 5);
    });

    it('hands over nothing of what it had fetched before a pause, or before quiesce', async () => {
      const topic = await cluster().createTopicOn(Array.from({ length: 6 }, () => [1, 2, 3]));
      const all = [0, 1, 2, 3, 4, 5].map((partition) => ({ topic, partition }));
      for (const of of all) await fill(of, numbered(20));
      const [paused, one] = member(newGroup(), topic);
      const [quiesced, two] = member(newGroup(), topic);
      one.afterBatch = () => paused.pause(all);
      two.afterBatch = () => quiesced.quiesce();
      await Promise.all([paused.start(), quiesced.start()]);
      await eventually('a batch of each', () => one.batches.length > 0 && two.batches.length > 0);
      await new Promise((resolve) => setTimeout(resolve, 500));
      expect([one.batches.length, two.batches.length]).toEqual([1, 1]);
      one.afterBatch = () => {};
      paused.resume(all);
      await eventually('the ends', () => all.every((of) => one.position(of) === 20));
      expect(one.records).toHaveLength(6 * 20);
    });

    it('does not pass over records because a batch of filtered ones was fetched before a seek', async () => {
      const topic = await cluster().createTopicOn(Array.from({ length: 6 }, () => [1, 2, 3]));
      const others = [1, 2, 3, 4, 5].map((partition) => ({ topic, partition }));
      await fill({ topic, partition: 0 }, numbered(5));
      for (const of of others) {
        await fill(of, numbered(5));
        await cluster().transaction(of, ['never', 'ever'], 'abort');
      }
      const [consumer, handler] = member(newGroup(), topic);
      handler.locateWith = (assigned) =>
        Promise.resolve(assigned.map(({ partition }) => ({ topic, partition, offset: partition === 0 ? 0 : 5 })));
      handler.afterBatch = ({ partition: read }) => {
        if (read !== 0) return;
        for (const { partition } of others) {
          handler.sought({ topic, partition, offset: 0 });
          consumer.seek({ topic, partition, offset: 0 });
        }
      };
      await consumer.start();
      await eventually('the ends', () => others.every((of) => handler.position(of) === 8));
      for (const of of others) expect(handler.values(of)).toEqual(numbered(5));
    });

    it('takes a gap in the offsets for read', async () => {
      const topic = await cluster().createTopic(1);
      const of = { topic, partition: 0 };
      await fill(of, numbered(5));
      await fill(of, numbered(5, 5));
      const wire = new Wire();
      let isCompacted = false;
      wire.onAnswer = ({ apiKey }, answer) => {
        if (apiKey !== FETCH || isCompacted) return answer;
        isCompacted = true;
        return withoutRecords(answer, firstBatchBytes);
      };
      const [consumer, handler] = member(newGroup(), topic, wire);
      await consumer.start();
      await eventually('the end', () => handler.position(of) === 10);
      expect(handler.values()).toEqual(numbered(5, 5));
      expect(handler.batches).toMatchObject([{ position: 0, nextPosition: 10 }]);
    });

    it('does not repeat a commit when the group has moved on meanwhile', async () => {
      const { topic, groupId } = await groupWithRecords();
      const wire = new Wire();
      const [first, one] = member(groupId, topic, wire);
      await first.start();
      await eventually('all records', () => one.records.length === 20);
      let isAway = true;
      wire.onAnswer = ({ apiKey }, answer) =>
        apiKey === OFFSET_COMMIT && isAway ? failCommit(answer, COORDINATOR_NOT_AVAILABLE) : answer;
      const result = first.commit([0, 1].map((partition) => ({ topic, partition, offset: 5, metadata: '' })));
      await eventually(
        'the commit',
        async () => (await cluster().committed(groupId, { topic, partition: 1 }))?.offset === 5,
      );
      const [second, two] = member(groupId, topic);
      await second.start();
      const [moved] = two.lastJoin?.assigned ?? [];
      if (moved === undefined) throw new Error('nothing moved');
      expect(await second.commit([{ ...moved, offset: 9, metadata: '' }])).toBe('committed');
      isAway = false;
      expect(await result).toBe('fenced');
      expect(await cluster().committed(groupId, moved)).toEqual({ offset: 9, metadata: '' });
    });

    it('stays in the group while it is located slowly, and while nothing is taken from it', async () => {
      const { topic, groupId } = await groupWithRecords();
      const [consumer, handler] = member(groupId, topic);
      const { locateWith } = handler;
      handler.locateWith = async (assigned, signal) => {
        await new Promise((resolve) => setTimeout(resolve, 7_000));
        return locateWith(assigned, signal);
      };
      handler.afterBatch = ({ partition }) => consumer.pause([{ topic, partition }]);
      const isStarted = consumer.start();
      await eventually('the join', () => handler.joins.length === 1);
      let longestMs = 0;
      const watch = setInterval(() => (longestMs = Math.max(longestMs, consumer.msSinceHeartbeat())), 50);
      await isStarted;
      clearInterval(watch);
      // What is taken from one partition and not done yet holds back no other.
      await eventually('a batch of each', () => handler.batches.length === 2, 3_000);
      expect(handler.joins).toHaveLength(1);
      expect(longestMs).toBeLessThan(3_500);
      const [of] = [{ topic, partition: 0 }];
      expect(await consumer.commit([{ ...of, offset: 10, metadata: '' }])).toBe('committed');
    });

    it('commits nothing by itself', async () => {
      const topic = await cluster().createTopic(1);
      await fill({ topic, partition: 0 }, numbered(10));
      const groupId = newGroup();
      const [consumer, handler] = member(groupId, topic);
      await consumer.start();
      await eventually('all records', () => handler.records.length === 10);
      await consumer.stop();
      expect(await cluster().committed(groupId, { topic, partition: 0 })).toBeUndefined();
    });

    it('hands over a record of thousands of headers at once, with its fault in place of them', async () => {
      const topic = await cluster().createTopic(1);
      const headers = Object.fromEntries(Array.from({ length: 5_000 }, (_, index) => [`h${index}`, 'x']));
      const of = { topic, partition: 0, key: null };
      await cluster().append([
        { ...of, value: 'before', headers: { one: 'eins' } },
        { ...of, value: 'many', headers },
        { ...of, value: 'after', headers: { two: 'zwei' } },
      ]);
      const [consumer, handler] = member(newGroup(), topic);
      let longestMs = 0;
      let turnedAtMs = performance.now();
      const watch = setInterval(() => {
        longestMs = Math.max(longestMs, performance.now() - turnedAtMs);
        turnedAtMs = performance.now();
      }, 5);
      await consumer.start();
      await eventually('all records', () => handler.records.length === 3);
      clearInterval(watch);
      expect(longestMs).toBeLessThan(1_000);
      expect(handler.records.map(({ headers: read }) => Object.keys(read))).toEqual([['one'], [], ['two']]);
      expect(handler.records[1]).toMatchObject({
        topic,
        partition: 0,
        offset: 1,
        fault: { kind: 'headers', message: 'the record has 5000 headers; at most 256 are read' },
      });
      expect(handler.records.map(({ fault }) => fault === undefined)).toEqual([true, false, true]);
    });

    it('ends when kafkajs gives up', async () => {
      const topic = await cluster().createTopic(1);
      const wire = new Wire();
      const [consumer, handler] = member(newGroup(), topic, wire);
      await consumer.start();
      wire.onAnswer = ({ apiKey }, answer) => {
        if (apiKey !== FETCH) return answer;
        for (const { errorAt } of fetchedPartitions(answer)) answer.writeInt16BE(TOPIC_AUTHORIZATION_FAILED, errorAt);
        return answer;
      };
      await eventually('the end', () => handler.fatal.length > 0);
      expect(handler.fatal).toHaveLength(1);
      await expect(consumer.commit([{ topic, partition: 0, offset: 0, metadata: '' }])).rejects.toThrow();
    });

    it('ends when a fetch gets no answer', async () => {
      const topic = await cluster().createTopic(1);
      const wire = new Wire();
      const [consumer, handler] = member(newGroup(), topic, wire, { stallAfterMs: 2_000 });
      await consumer.start();
      const over = Promise.withResolvers<void>();
      wire.onAnswer = async ({ apiKey }, answer) => {
        if (apiKey === FETCH) await over.promise;
        return answer;
      };
      await eventually('the end', () => handler.fatal.length > 0);
      expect(handler.fatal[0]?.message).toBe(`no fetch of ${topic}[0] was answered for 2000 ms`);
      over.resolve();
    });

    it('does not end because it has paused everything for long', async () => {
      const topic = await cluster().createTopic(1);
      const of = { topic, partition: 0 };
      const [consumer, handler] = member(newGroup(), topic, new Wire(), { stallAfterMs: 1_000 });
      await consumer.start();
      consumer.pause([of]);
      await new Promise((resolve) => setTimeout(resolve, 2_000));
      consumer.resume([of]);
      await fill(of, ['a']);
      await eventually('the record', () => handler.records.length === 1);
      expect(handler.fatal).toEqual([]);
    });

    it('keeps the partitions of one number together where it is told to', async () => {
      const topics = [await cluster().createTopic(3), await cluster().createTopic(3)];
      const groupId = newGroup();
      const options = { topics, isCoPartitioned: true };
      const [first, one] = member(groupId, '', new Wire(), options);
      const [second, two] = member(groupId, '', new Wire(), options);
      await first.start();
      await second.start();
      const held = (handler: RecordingHandler): number => handler.lastJoin?.assigned.length ?? 0;
      await eventually('a share for each', () => held(one) + held(two) === 6 && held(two) > 0);
      for (const handler of [one, two]) {
        const [left, right] = topics.map((topic) =>
          handler.lastJoin?.assigned.filter((of) => of.topic === topic).map(({ partition }) => partition),
        );
        expect(left).not.toEqual([]);
        expect(left).toEqual(right);
      }
    });

    it('goes on where it was when a leader moves', async () => {
      const topic = await cluster().createTopicOn([[1, 2, 3]]);
      const of = { topic, partition: 0 };
      const groupId = newGroup();
      await begin(groupId, topic, 1);
      const [consumer, handler] = member(groupId, topic);
      await consumer.start();
      await fill(of, numbered(10));
      await eventually('the first records', () => handler.position(of) === 10);
      expect(await consumer.commit([{ ...of, offset: 10, metadata: '' }])).toBe('committed');
      await cluster().reassign(of, [2, 3]);
      await eventually('the move', async () => (await cluster().leaderOf(of)) === 2);
      await eventually('the next records', async () => {
        await fill(of, numbered(10, 10)).catch(() => {});
        return (handler.position(of) ?? 0) >= 20;
      });
      expect(handler.values().slice(0, 20)).toEqual(numbered(20));
      expect(handler.fatal).toEqual([]);
    });
  });
}
