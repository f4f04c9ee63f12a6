import { expect } from '@jest/globals';
import type { KafkaCluster } from './kafka-cluster.conformance.ts';
import { createLogConsumer, type KafkajsConsumerOptions } from './kafkajs-consumer.ts';
import type { LogConsumer } from './log-consumer.port.ts';
import type { TopicPartition } from './log-record.ts';
import { numbered, RecordingHandler } from './recording-handler.conformance.ts';
import { Wire } from './wire.conformance.ts';

/** Members of groups of their own whose wires a test holds, and what they read. `stop` ends them after each test. */
export function faultyMembers(cluster: () => KafkaCluster) {
  let groups = 0;
  const started: LogConsumer[] = [];
  const handlers: RecordingHandler[] = [];
  const newGroup = (): string => `fault-${Date.now()}-${++groups}`;
  const fill = (of: TopicPartition, values: readonly string[]): Promise<void> =>
    cluster().append(values.map((value) => ({ ...of, key: null, value })));
  /** The group has committed the beginning of each partition. */
  const begin = async (groupId: string, topic: string, partitions: number): Promise<void> => {
    for (let partition = 0; partition < partitions; partition++) {
      await cluster().setCommitted(groupId, { topic, partition, offset: 0, metadata: '' });
    }
  };
  return {
    newGroup,
    member: (
      groupId: string,
      topic: string,
      wire = new Wire(),
      options: Partial<KafkajsConsumerOptions> = {},
    ): [LogConsumer, RecordingHandler] => {
      const handler = new RecordingHandler();
      const connection = { ...cluster().connection, socketFactory: wire.socketFactory };
      const { onFatal } = handler;
      const consumer = createLogConsumer({ groupId, topics: [topic], handler, onFatal, connection, ...options });
      started.push(consumer);
      handlers.push(handler);
      return [consumer, handler];
    },
    fill,
    begin,
    /** A topic of two partitions with ten records in each, and a group that begins with the first of them. */
    groupWithRecords: async (): Promise<{ readonly topic: string; readonly groupId: string }> => {
      const topic = await cluster().createTopic(2);
      for (const partition of [0, 1]) await fill({ topic, partition }, numbered(10));
      const groupId = newGroup();
      await begin(groupId, topic, 2);
      return { topic, groupId };
    },
    stop: async (): Promise<void> => {
      await Promise.all(started.splice(0).map((consumer) => consumer.stop()));
      expect(handlers.splice(0).flatMap(({ breaches }) => breaches)).toEqual([]);
    },
  };
}
