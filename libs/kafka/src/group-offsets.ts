import type { Broker, Cluster, TopicOffsets } from 'kafkajs';
import { kafkaErrorType } from './errors.ts';
import type { Membership } from './cluster-tap.ts';
import type { CommitEntry } from './log-consumer.port.ts';
import { byTopic } from './log-range.ts';
import type { TopicPartition } from './log-record.ts';

export interface CommittedOffset extends TopicPartition {
  /** Null where the group has none. */
  readonly offset: number | null;
  readonly metadata: string;
}

/** The group has moved on: another generation, or a rebalance that has not ended. */
const FENCED = new Set(['ILLEGAL_GENERATION', 'UNKNOWN_MEMBER_ID', 'REBALANCE_IN_PROGRESS', 'FENCED_INSTANCE_ID']);

export const isFenced = (cause: unknown): boolean => FENCED.has(kafkaErrorType(cause) ?? '');

/** What the group has committed, read from its coordinator. */
export async function fetchCommitted(
  cluster: Cluster,
  groupId: string,
  partitions: readonly TopicPartition[],
): Promise<CommittedOffset[]> {
  if (partitions.length === 0) return [];
  const coordinator = await cluster.findGroupCoordinator({ groupId });
  const topics = [...byTopic(partitions)].map(([topic, ofTopic]) => ({
    topic,
    partitions: ofTopic.map(({ partition }) => ({ partition, offset: '' })),
  }));
  const { responses } = await coordinator.offsetFetch({ groupId, topics });
  return responses.flatMap(({ topic, partitions: answered }) =>
    answered.map((answer) => {
      const { partition, offset, metadata } = answer as { partition: number; offset: string; metadata?: string | null };
      return { topic, partition, offset: Number(offset) < 0 ? null : Number(offset), metadata: metadata ?? '' };
    }),
  );
}

/**
 * One commit request under exactly this generation. kafkajs's own `commitOffsets` repeats a failed one under whatever
 * generation it has by then: after a rebalance that sets another owner's partitions back.
 */
export async function commitAs(
  coordinator: Broker,
  groupId: string,
  member: Pick<Membership, 'memberId' | 'generationId'>,
  entries: readonly CommitEntry[],
): Promise<void> {
  const topics: TopicOffsets[] = [...byTopic(entries)].map(([topic, ofTopic]) => ({
    topic,
    partitions: ofTopic.map(({ partition, offset, metadata }) => ({ partition, offset: String(offset), metadata })),
  }));
  const { memberId, generationId } = member;
  await coordinator.offsetCommit({ groupId, memberId, groupGenerationId: generationId, topics });
}
