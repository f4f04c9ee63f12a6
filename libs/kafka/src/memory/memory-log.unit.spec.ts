import { MemoryLog } from './memory-log.ts';
import type { MemoryConsumer } from './memory-consumer.ts';
import { logConsumerConformance, type LogConsumerHarness } from '../log-consumer.conformance.ts';
import { logProducerConformance, type LogProducerHarness } from '../log-producer.conformance.ts';
import { logReaderConformance, type LogReaderHarness } from '../log-reader.conformance.ts';

function memoryHarness(): LogConsumerHarness & LogProducerHarness & LogReaderHarness {
  const log = new MemoryLog();
  const members = new Map<string, MemoryConsumer[]>();
  let topics = 0;
  return {
    createTopic: (partitions) => {
      const topic = `topic-${++topics}`;
      log.createTopic(topic, partitions);
      return Promise.resolve(topic);
    },
    append: (records) => {
      for (const record of records) log.append(record);
      return Promise.resolve();
    },
    transaction: (of, values, outcome) => Promise.resolve(log.transaction(of, values, outcome)),
    deleteBefore: (of, offset) => Promise.resolve(log.deleteBefore(of, offset)),
    consumer: (options) => {
      const consumer = log.consumer(options);
      members.set(options.groupId, [...(members.get(options.groupId) ?? []), consumer]);
      return consumer;
    },
    committed: (groupId, of) => Promise.resolve(log.committed(groupId, of)),
    setCommitted: (groupId, { offset, metadata, ...of }) =>
      Promise.resolve(log.setCommitted(groupId, of, { offset, metadata })),
    expel: (groupId) => {
      for (const consumer of members.get(groupId) ?? []) {
        consumer.drop();
        consumer.comeBack();
      }
      return Promise.resolve();
    },
    records: (of) => Promise.resolve(log.records(of)),
    producer: (options) => {
      const producer = log.producer(options);
      return { producer, hold: () => producer.hold(), release: () => producer.release() };
    },
    tailReader: (topic) => log.tailReader(topic),
    follower: (topic, onRecord, onFatal, from) =>
      log.follower({ topic, onRecord, onFatal, ...(from !== undefined && { from }) }),
  };
}

const harness = memoryHarness();
logConsumerConformance('MemoryLog', () => harness);
logProducerConformance('MemoryLog', () => harness);
logReaderConformance('MemoryLog', () => harness);
