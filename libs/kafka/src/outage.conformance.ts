import { describe, expect, it } from '@jest/globals';
import type { RunningKafkaNode } from '@signalbox/sandbox';
import type { KafkaCluster } from './kafka-cluster.conformance.ts';
import { createLogConsumer } from './kafkajs-consumer.ts';
import { createLogFollower } from './kafkajs-follower.ts';
import { createLogProducer } from './kafkajs-producer.ts';
import { eventually, RecordingHandler } from './recording-handler.conformance.ts';

const PARTITIONS = 6;
const PER_ROUND = 30;

/** A broker that dies and comes back, under traffic. */
export function brokerOutage(cluster: () => KafkaCluster): void {
  describe('the kafkajs adapters, while a broker is killed and started again', () => {
    it('lose nothing, keep the order and go on', async () => {
      const topic = await cluster().createTopic(PARTITIONS);
      const { connection } = cluster();
      const groupId = `outage-${Date.now()}`;
      for (let partition = 0; partition < PARTITIONS; partition++) {
        await cluster().setCommitted(groupId, { topic, partition, offset: 0, metadata: '' });
      }
      const producer = createLogProducer({ connection });
      const handler = new RecordingHandler();
      const { onFatal } = handler;
      const consumer = createLogConsumer({ connection, groupId, topics: [topic], handler, onFatal });
      const consumed = new Set<string>();
      handler.afterBatch = ({ records }) => {
        for (const { value } of records) consumed.add(String(value));
      };
      const followed = new Set<string>();
      const onRecord = ({ value }: { value: Buffer | null }): void => void followed.add(String(value));
      const follower = createLogFollower({ connection, topic, onRecord, onFatal });
      await Promise.all([producer.start(), consumer.start(), follower.start()]);

      const sent: string[] = [];
      const acknowledged = new Set<string>();
      const round = (): void => {
        for (let index = 0; index < PER_ROUND; index++) {
          const value = String(sent.length);
          sent.push(value);
          const partition = sent.length % PARTITIONS;
          producer.append({ topic, partition, key: null, value }, () => acknowledged.add(value));
        }
      };
      const traffic = setInterval(round, 50);
      let killed: RunningKafkaNode | undefined;
      try {
        await eventually('some traffic', () => acknowledged.size > 100);
        // The one that counts the consumer's group in, and leads some of the partitions.
        const broker = await cluster().coordinatorOf(groupId);
        await broker.kill();
        killed = broker;
        const killedAtMs = performance.now();
        const before = acknowledged.size;
        await eventually('traffic without the broker', () => acknowledged.size > before + 500, 60_000);
        const acknowledgedNow = [...acknowledged];
        const hasAll = (seen: ReadonlySet<string>) => (): boolean => acknowledgedNow.every((value) => seen.has(value));
        // By another broker, and sooner than kafkajs would give up.
        const isCountedIn = (): boolean => performance.now() - consumer.msSinceHeartbeat() > killedAtMs;
        await eventually('the consumer to be counted in again', isCountedIn, 25_000);
        await eventually('all of it to be consumed', hasAll(consumed), 25_000);
        await eventually('all of it to be followed', hasAll(followed), 25_000);
        await broker.start();
        const after = acknowledged.size;
        await eventually('traffic with the broker', () => acknowledged.size > after + 500, 60_000);
      } finally {
        clearInterval(traffic);
        if (killed?.isAlive === false) await killed.start();
      }
      await producer.flush();
      expect(acknowledged.size).toBe(sent.length);
      await eventually('all consumed', () => consumed.size === sent.length, 60_000);
      await eventually('all followed', () => followed.size === sent.length, 60_000);
      for (let partition = 0; partition < PARTITIONS; partition++) {
        const inLog = (await cluster().records({ topic, partition })).map(({ value }) => Number(value));
        const firsts = [...new Set(inLog)];
        expect(firsts).toEqual(firsts.toSorted((a, b) => a - b));
      }
      expect(handler.fatal).toEqual([]);
      expect(handler.breaches).toEqual([]);
      await Promise.all([producer.stop(), consumer.stop(), follower.stop()]);
    }, 180_000);
  });
}
