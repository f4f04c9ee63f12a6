import { expect } from '@jest/globals';
import type { KafkaCluster } from './kafka-cluster.conformance.ts';
import { createLogConsumer, type KafkajsConsumerOptions } from './kafkajs-consumer.ts';
import type { LogConsumer } from './log-consumer.port.ts';
import type { TopicPartition } from './log-record.ts';
import { RecordingHandler } from './recording-handler.conformance.ts';
import { Wire } from './wire.conformance.ts';

/** Members of groups of their own whose wires a test holds, and what they read. `stop` ends them after each test. */
export function faultyMembers(cluster: () => KafkaCluster) {
  let groups = 0;
  const started: LogConsumer[] = [];
  const handlers: RecordingHandler[] = [];
  return {
    newGroup: (): string => `fault-${Date.now()}-${++groups}`,
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
    fill: (of: TopicPartition, values: readonly string[]): Promise<void> =>
      cluster().append(values.map((value) => ({ ...of, key: null, value }))),
    /** The group has committed the beginning of each partition. */
    begin: async (groupId: string, topic: string, partitions: number): Promise<void> => {
      for (let partition = 0; partition < partitions; partition++) {
        await cluster().setCommitted(groupId, { topic, partition, offset: 0, metadata: '' });
      }
    },
    stop: async (): Promise<void> => {
      await Promise.all(started.splice(0).map((consumer) => consumer.stop()));
      expect(handlers.splice(0).flatMap(({ breaches }) => breaches)).toEqual([]);
    },
  };
}
