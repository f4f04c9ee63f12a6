import type { TopicLayout, TopicNames, TopicSpec } from '@signalbox/contracts';

const PARTITIONS = 6;

/**
 * Upstream's topics as the sandbox and the tests make them; elsewhere they are upstream's own. The publisher's time stays
 * on the records, as it does by Kafka's default.
 */
export function authEventTopicSpecs(names: TopicNames, layout: TopicLayout): readonly TopicSpec[] {
  return names.authEvents.map((name) => ({
    name,
    partitions: PARTITIONS,
    replicationFactor: layout.replicationFactor,
    config: {
      'message.timestamp.type': 'CreateTime',
      'min.insync.replicas': String(layout.minInsyncReplicas),
      'max.message.bytes': String(1024 * 1024),
      'cleanup.policy': 'delete',
    },
  }));
}
