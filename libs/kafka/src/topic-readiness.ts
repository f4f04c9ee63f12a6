import type { Cluster } from 'kafkajs';
import { persist } from './persist.ts';

const READY_WITHIN_MS = 30_000;

/**
 * Resolves when every broker knows these topics and the leaders of their partitions. Brokers hear of a new topic one
 * after the other, and a consumer that asks one that has not heard of it yet crashes.
 */
export async function waitForTopics(cluster: Cluster, topics: readonly string[]): Promise<void> {
  await cluster.refreshMetadata();
  await Promise.all(
    cluster.getNodeIds().map((nodeId) =>
      persist(
        async () => {
          const broker = await cluster.findBroker({ nodeId: String(nodeId) });
          const { topicMetadata } = await broker.metadata([...topics]);
          const missing = topics.find((topic) => !topicMetadata.some((found) => found.topic === topic));
          if (missing !== undefined) throw new Error(`broker ${nodeId} has not heard of ${missing}`);
          for (const { topic, partitionMetadata } of topicMetadata) {
            const isLed = partitionMetadata.length > 0 && partitionMetadata.every(({ leader }) => leader >= 0);
            if (!isLed) throw new Error(`${topic} has a partition without a leader`);
          }
        },
        { signal: new AbortController().signal, withinMs: READY_WITHIN_MS },
      ),
    ),
  );
}
