import { afterAll, beforeAll } from '@jest/globals';
import { compressedPublishing } from './compression.conformance.ts';
import { consumerFaults } from './consumer-faults.conformance.ts';
import { fencedWriters } from './fenced-writer.conformance.ts';
import { groupFaults } from './group-faults.conformance.ts';
import { KafkaCluster } from './kafka-cluster.conformance.ts';
import { logConsumerConformance } from './log-consumer.conformance.ts';
import { logProducerConformance } from './log-producer.conformance.ts';
import { logReaderConformance } from './log-reader.conformance.ts';
import { brokerOutage } from './outage.conformance.ts';
import { producerFaults } from './producer-faults.conformance.ts';
import { readerFaults } from './reader-faults.conformance.ts';
import { topicsCommand } from './topics.conformance.ts';

let cluster: KafkaCluster;
let isStarted = false;

beforeAll(async () => {
  cluster = await KafkaCluster.start();
  isStarted = true;
}, 120_000);

afterAll(async () => {
  if (isStarted) await cluster.stop();
}, 60_000);

logConsumerConformance('kafkajs', () => cluster);
logProducerConformance('kafkajs', () => cluster);
logReaderConformance('kafkajs', () => cluster);
producerFaults(() => cluster);
fencedWriters(() => cluster);
consumerFaults(() => cluster);
groupFaults(() => cluster);
compressedPublishing(() => cluster);
readerFaults(() => cluster);
topicsCommand(() => cluster);
brokerOutage(() => cluster);
