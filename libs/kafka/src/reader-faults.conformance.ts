import { afterEach, describe, expect, it } from '@jest/globals';
import { createGroupLagReader } from './group-lag.ts';
import type { KafkaCluster } from './kafka-cluster.conformance.ts';
import { createLogFollower } from './kafkajs-follower.ts';
import { createTailReader } from './kafkajs-tail-reader.ts';
import { eventually, numbered } from './recording-handler.conformance.ts';
import { FETCH, fetchedPartitions, Wire, withoutRecords } from './wire.conformance.ts';

const TOPIC_AUTHORIZATION_FAILED = 29;

/** What kafkajs makes of logs that end in nothing or lose their beginning, and what the readers make of that. */
export function readerFaults(cluster: () => KafkaCluster): void {
  describe('the kafkajs readers, at faults', () => {
    const stopped: { stop(): Promise<void> }[] = [];
    const fatal: Error[] = [];
    const groupsOf = async (prefix: string): Promise<string[]> =>
      (await cluster().admin.listGroups()).groups.map(({ groupId }) => groupId).filter((id) => id.startsWith(prefix));

    afterEach(async () => {
      await Promise.all(stopped.splice(0).map((reader) => reader.stop()));
      expect(fatal.splice(0)).toEqual([]);
    });

    const onFatal = (error: Error): void => void fatal.push(error);

    it('reach an end whose records were compacted away, and go on behind it', async () => {
      const topic = await cluster().createTopic(1);
      const of = { topic, partition: 0 };
      await cluster().append(numbered(5).map((value) => ({ ...of, key: null, value })));
      const wire = new Wire();
      let isCompacted = true;
      wire.onAnswer = ({ apiKey }, answer) =>
        apiKey === FETCH && isCompacted ? withoutRecords(answer, ({ length }) => length) : answer;
      const connection = { ...cluster().connection, socketFactory: wire.socketFactory };
      const seen: string[] = [];
      const onRecord = ({ value }: { value: Buffer | null }): void => void seen.push(String(value));
      const follower = createLogFollower({ connection, topic, onRecord, onFatal });
      const reader = createTailReader({ connection, topic, onFatal });
      stopped.push(follower, reader);
      await follower.start();
      await reader.start();
      expect(await reader.read([{ ...of, offset: 2 }], onRecord)).toEqual([{ ...of, offset: 5 }]);
      expect(seen).toEqual([]);
      isCompacted = false;
      await cluster().append([{ ...of, key: null, value: 'next' }]);
      await eventually('the next record', () => seen.length === 1);
      expect(seen).toEqual(['next']);
    });

    it('hand over nothing behind the end that was asked for', async () => {
      const topic = await cluster().createTopic(1);
      const of = { topic, partition: 0 };
      await cluster().append(numbered(5).map((value) => ({ ...of, key: null, value })));
      const wire = new Wire();
      const connection = { ...cluster().connection, socketFactory: wire.socketFactory };
      const reader = createTailReader({ connection, topic, onFatal });
      stopped.push(reader);
      await reader.start();
      let hasGrown = false;
      wire.onRequest = async ({ apiKey }) => {
        if (apiKey !== FETCH || hasGrown) return;
        hasGrown = true;
        await cluster().append([{ ...of, key: null, value: 'later' }]);
      };
      const seen: string[] = [];
      const ends = await reader.read([{ ...of, offset: 0 }], ({ value }) => void seen.push(String(value)));
      expect(hasGrown).toBe(true);
      expect(ends).toEqual([{ ...of, offset: 5 }]);
      expect(seen).toEqual(numbered(5));
    });

    it('go on at the new beginning when retention overtakes them', async () => {
      const topic = await cluster().createTopic(1);
      const of = { topic, partition: 0 };
      await cluster().append(numbered(10).map((value) => ({ ...of, key: null, value })));
      const wire = new Wire();
      const connection = { ...cluster().connection, socketFactory: wire.socketFactory };
      const reader = createTailReader({ connection, topic, onFatal });
      stopped.push(reader);
      await reader.start();
      let isDeleted = false;
      wire.onRequest = async ({ apiKey }) => {
        if (apiKey !== FETCH || isDeleted) return;
        isDeleted = true;
        await cluster().deleteBefore(of, 6);
      };
      const seen: string[] = [];
      const ends = await reader.read([{ ...of, offset: 1 }], ({ value }) => void seen.push(String(value)));
      expect(isDeleted).toBe(true);
      expect(ends).toEqual([{ ...of, offset: 10 }]);
      expect(seen).toEqual(numbered(4, 6));
    });

    it('end when kafkajs gives up', async () => {
      const topic = await cluster().createTopic(1);
      const wire = new Wire();
      const connection = { ...cluster().connection, socketFactory: wire.socketFactory };
      const follower = createLogFollower({ connection, topic, onRecord: () => {}, onFatal });
      const reader = createTailReader({ connection, topic, onFatal });
      stopped.push(follower, reader);
      await Promise.all([follower.start(), reader.start()]);
      wire.onAnswer = ({ apiKey }, answer) => {
        if (apiKey !== FETCH) return answer;
        for (const { errorAt } of fetchedPartitions(answer)) answer.writeInt16BE(TOPIC_AUTHORIZATION_FAILED, errorAt);
        return answer;
      };
      await cluster().append([{ topic, partition: 0, key: null, value: 'x' }]);
      const read = reader.read([{ topic, partition: 0, offset: 0 }], () => {});
      await expect(read).rejects.toThrow();
      await eventually('both ends', () => fatal.length === 2);
      fatal.length = 0;
    });

    it('end when a fetch gets no answer', async () => {
      const topic = await cluster().createTopic(1);
      await cluster().append([{ topic, partition: 0, key: null, value: 'x' }]);
      const wire = new Wire();
      const connection = { ...cluster().connection, socketFactory: wire.socketFactory };
      const stallAfterMs = 2_000;
      const follower = createLogFollower({ connection, topic, onRecord: () => {}, onFatal, stallAfterMs });
      const reader = createTailReader({ connection, topic, onFatal, stallAfterMs });
      stopped.push(follower, reader);
      await Promise.all([follower.start(), reader.start()]);
      const over = Promise.withResolvers<void>();
      wire.onAnswer = async ({ apiKey }, answer) => {
        if (apiKey === FETCH) await over.promise;
        return answer;
      };
      const message = `no fetch of ${topic}[0] was answered for 2000 ms`;
      await expect(reader.read([{ topic, partition: 0, offset: 0 }], () => {})).rejects.toThrow(message);
      await eventually('both ends', () => fatal.length === 2);
      expect(fatal.splice(0).map((error) => error.message)).toEqual([message, message]);
      over.resolve();
    });

    it('ask the leader that leads now, also after a time in which they fetched nothing', async () => {
      const topic = await cluster().createTopicOn([[1, 2, 3]]);
      const of = { topic, partition: 0 };
      await cluster().append(numbered(5).map((value) => ({ ...of, key: null, value })));
      const { connection } = cluster();
      const reader = createTailReader({ connection, topic, onFatal });
      const lag = createGroupLagReader(connection);
      stopped.push(reader, lag);
      await reader.start();
      const ends = async (): Promise<unknown> => {
        const [position] = await lag.read([{ groupId: 'nobody', topics: [topic] }]);
        return position?.logEnd;
      };
      expect(await reader.read([{ ...of, offset: 5 }], () => {})).toEqual([{ ...of, offset: 5 }]);
      expect(await ends()).toBe(5);
      await cluster().reassign(of, [2, 3]);
      await eventually('the move', async () => (await cluster().leaderOf(of)) === 2);
      const signal = AbortSignal.timeout(20_000);
      expect(await reader.read([{ ...of, offset: 5 }], () => {}, signal)).toEqual([{ ...of, offset: 5 }]);
      await eventually('an answer about the lag', async () => (await ends().catch(() => undefined)) === 5);
    });

    it('leave no consumer group behind when they stop', async () => {
      const topic = await cluster().createTopic(1);
      const { connection } = cluster();
      const groupPrefix = `leftover-${Date.now()}.`;
      const follower = createLogFollower({ connection, topic, onRecord: () => {}, onFatal, groupPrefix });
      const reader = createTailReader({ connection, topic, onFatal, groupPrefix });
      await Promise.all([follower.start(), reader.start()]);
      expect(await groupsOf(groupPrefix)).toHaveLength(2);
      await Promise.all([follower.stop(), reader.stop()]);
      expect(await groupsOf(groupPrefix)).toEqual([]);
    });
  });
}
