import { topicSpecs, type TopicLayout, type TopicNames } from '@signalbox/contracts';
import kafkajs from 'kafkajs';

export interface PrepareTopicsOptions {
  readonly kafkaBrokers: string;
  readonly topics: TopicNames;
  readonly layout: TopicLayout;
  /** False where upstream's topics are the operator's. */
  readonly makeAuthEventTopics: boolean;
}

/** Makes the topics that are missing. */
export async function prepareTopics(options: PrepareTopicsOptions): Promise<void> {
  const { topics, layout } = options;
  const kafka = new kafkajs.Kafka({ brokers: options.kafkaBrokers.split(','), logLevel: kafkajs.logLevel.NOTHING });
  const admin = kafka.admin();
  await admin.connect();
  try {
    const authEvents = topics.authEvents.map((name) => ({
      name,
      partitions: layout.partitions,
      replicationFactor: layout.replicationFactor,
      config: {},
    }));
    const wanted = [...(options.makeAuthEventTopics ? authEvents : []), ...topicSpecs(topics, layout)];
    const existing = new Set(await admin.listTopics());
    await admin.createTopics({
      waitForLeaders: true,
      topics: wanted
        .filter((spec) => !existing.has(spec.name))
        .map((spec) => ({
          topic: spec.name,
          numPartitions: spec.partitions,
          replicationFactor: spec.replicationFactor,
          configEntries: Object.entries(spec.config).map(([name, value]) => ({ name, value })),
        })),
    });
  } finally {
    await admin.disconnect();
  }
}
