import type { Broker, Cluster } from 'kafkajs';
import type { TopicPartition } from './log-record.ts';

const EARLIEST = -2;
const LATEST = -1;
const READ_UNCOMMITTED = 0;
const READ_COMMITTED = 1;

export interface LogRange extends TopicPartition {
  readonly start: number;
  /** The next offset. */
  readonly end: number;
}

interface ListOffsetsRequest {
  readonly isolationLevel: number;
  readonly topics: readonly {
    readonly topic: string;
    readonly partitions: readonly { readonly partition: number; readonly timestamp: number }[];
  }[];
}

type ListingBroker = Broker & {
  listOffsets(request: ListOffsetsRequest): Promise<{
    readonly responses: readonly {
      readonly topic: string;
      readonly partitions: readonly { readonly partition: number; readonly offset: string }[];
    }[];
  }>;
};

/** Partitions by topic, as requests want them. */
export function byTopic<T extends TopicPartition>(items: readonly T[]): Map<string, T[]> {
  const topics = new Map<string, T[]>();
  for (const item of items) {
    const ofTopic = topics.get(item.topic);
    if (ofTopic === undefined) topics.set(item.topic, [item]);
    else ofTopic.push(item);
  }
  return topics;
}

/**
 * The first offset at or after `timestampMs` for each partition, null where there is none. Rejects while a leader is away
 * or another than was known; the next try asks the one that leads by then.
 */
export async function offsetsAt(
  cluster: Cluster,
  partitions: readonly TopicPartition[],
  timestampMs: number,
  isolationLevel = READ_UNCOMMITTED,
): Promise<Map<string, (number | null)[]>> {
  try {
    return await askLeaders(cluster, partitions, timestampMs, isolationLevel);
  } catch (error) {
    // kafkajs keeps what it knew of leaders for five minutes, and asks anew only after a fetch or a produce request failed.
    await cluster.refreshMetadata().catch(() => {});
    throw error;
  }
}

async function askLeaders(
  cluster: Cluster,
  partitions: readonly TopicPartition[],
  timestampMs: number,
  isolationLevel: number,
): Promise<Map<string, (number | null)[]>> {
  const perLeader = new Map<string, Map<string, number[]>>();
  for (const [topic, ofTopic] of byTopic(partitions)) {
    const numbers = ofTopic.map(({ partition }) => partition);
    for (const [leader, led] of Object.entries(cluster.findLeaderForPartitions(topic, numbers))) {
      const topics = perLeader.get(leader) ?? new Map<string, number[]>();
      topics.set(topic, led);
      perLeader.set(leader, topics);
    }
  }
  const offsets = new Map<string, (number | null)[]>();
  await Promise.all(
    [...perLeader].map(async ([nodeId, topics]) => {
      const broker = (await cluster.findBroker({ nodeId })) as ListingBroker;
      const request = [...topics].map(([topic, numbers]) => ({
        topic,
        partitions: numbers.map((partition) => ({ partition, timestamp: timestampMs })),
      }));
      const { responses } = await broker.listOffsets({ isolationLevel, topics: request });
      for (const { topic, partitions: answered } of responses) {
        const ofTopic = offsets.get(topic) ?? [];
        offsets.set(topic, ofTopic);
        for (const { partition, offset } of answered) ofTopic[partition] = Number(offset) < 0 ? null : Number(offset);
      }
    }),
  );
  return offsets;
}

async function ranges(cluster: Cluster, partitions: readonly TopicPartition[], isolation: number): Promise<LogRange[]> {
  const [starts, ends] = await Promise.all([
    offsetsAt(cluster, partitions, EARLIEST, isolation),
    offsetsAt(cluster, partitions, LATEST, isolation),
  ]);
  return partitions.map(({ topic, partition }) => {
    const start = starts.get(topic)?.[partition];
    const end = ends.get(topic)?.[partition];
    if (typeof start !== 'number' || typeof end !== 'number') {
      throw new Error(`no broker told where ${topic}[${partition}] begins and ends`);
    }
    return { topic, partition, start, end };
  });
}

/** Start and high watermark of each partition, read now. Rejects while a leader is away: try again. */
export const logRanges = (cluster: Cluster, partitions: readonly TopicPartition[]): Promise<LogRange[]> =>
  ranges(cluster, partitions, READ_UNCOMMITTED);

/** As {@link logRanges}; the end is where a read-committed reader stops, short of open transactions. */
export const stableRanges = (cluster: Cluster, partitions: readonly TopicPartition[]): Promise<LogRange[]> =>
  ranges(cluster, partitions, READ_COMMITTED);
