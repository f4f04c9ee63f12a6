import { afterAll, beforeAll } from '@jest/globals';
import { KafkaCluster } from './kafka-cluster.conformance.ts';
import { logConsumerConformance } from './log-consumer.conformance.ts';
import { logProducerConformance } from './log-producer.conformance.ts';
import { logReaderConformance } from './log-reader.conformance.ts';

let cluster: KafkaCluster;

beforeAll(async () => {
  cluster = await KafkaCluster.start();
}, 120_000);

afterAll(async () => {
  await cluster.stop();
}, 60_000);

logConsumerConformance('kafkajs', () => cluster);
logProducerConformance('kafkajs', () => cluster);
logReaderConformance('kafkajs', () => cluster);
