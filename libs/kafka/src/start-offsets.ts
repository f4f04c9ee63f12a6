import type { Cluster } from 'kafkajs';
import type { GroupNames, TopicNames } from '@signalbox/contracts';
import { clusterCatcher } from './cluster-tap.ts';
import { createClient, type KafkaConnection } from './connection.ts';
import { TopicFaultsError } from './ensure-topics.ts';
import { kafkaErrorType } from './errors.ts';
import { commitAs, fetchCommitted } from './group-offsets.ts';
import type { CommitEntry } from './log-consumer.port.ts';
import { logRanges, offsetsAt } from './log-range.ts';
import type { TopicPartition } from './log-record.ts';
import { persist } from './persist.ts';

/** Where to begin with a log: its beginning, its end, or the first record at or after a time (Unix ms). */
export type StartAt = 'beginning' | 'end' | number;

export interface StartOffsetOptions {
  readonly names: TopicNames;
  readonly groups: GroupNames;
  /** For upstream's auth events, where the router has no offset. Needed once `deliveries` has had a record. */
  readonly from?: StartAt;
}

export interface StartOffset extends TopicPartition {
  readonly groupId: string;
  readonly offset: number;
}

/** Beginning at the end would lose events, beginning at the beginning would repeat them: the operator has to say. */
export class StartOffsetNeededError extends Error {
  override readonly name = 'StartOffsetNeededError';

  constructor(groupId: string, missing: readonly TopicPartition[]) {
    const list = missing.map(({ topic, partition }) => `${topic}[${partition}]`).join(', ');
    super(
      `${groupId} has no offset for ${list}, and deliveries were made before: ` +
        `say where to begin with --from beginning, --from end or --from <unix ms>`,
    );
  }
}

/** A member of the group is running: Kafka takes offsets from members only, then. */
export class GroupIsActiveError extends Error {
  override readonly name = 'GroupIsActiveError';

  constructor(groupId: string, options: ErrorOptions) {
    super(`${groupId} has running members and lacks start offsets: stop its processes first`, options);
  }
}

const NO_MEMBER = { memberId: '', generationId: -1 };
const WITHIN_MS = 60_000;

/**
 * Commits a start offset for every partition of a group that has none: our own topics from the beginning; auth events
 * from the end, and only while `deliveries` has never had a record, or they have not. Throws {@link StartOffsetNeededError} before it
 * commits anything, {@link GroupIsActiveError}, and
 * {@link TopicFaultsError} where a topic is missing.
 */
export async function commitStartOffsets(
  connection: KafkaConnection,
  options: StartOffsetOptions,
): Promise<readonly StartOffset[]> {
  const { names, groups } = options;
  const catcher = clusterCatcher();
  const client = createClient(connection).consumer({
    groupId: groups.router,
    partitionAssigners: [catcher.assigner],
    allowAutoTopicCreation: false,
  });
  await client.connect();
  try {
    const cluster = catcher.cluster();
    const own: readonly (readonly [string, readonly string[]])[] = [
      [groups.sender, [names.deliveries]],
      [groups.scheduler, names.retries],
      [groups.projector, [names.deliveries, names.attempts]],
    ];
    await loadTopics(cluster, [...new Set([...names.authEvents, ...own.flatMap(([, topics]) => topics)])]);
    const authEvents = await missingOffsets(cluster, groups.router, names.authEvents);
    const { unused, used } = await byUse(cluster, authEvents);
    const from = await startOfAuthEvents(cluster, options, used);
    const committed = [
      ...(await commit(cluster, groups.router, unused, 'beginning')),
      ...(await commit(cluster, groups.router, used, from)),
    ];
    for (const [groupId, topics] of own) {
      const missing = await missingOffsets(cluster, groupId, topics);
      committed.push(...(await commit(cluster, groupId, missing, 'beginning')));
    }
    return committed;
  } finally {
    await client.disconnect();
  }
}

async function loadTopics(cluster: Cluster, topics: readonly string[]): Promise<void> {
  const faults: string[] = [];
  for (const topic of topics) {
    try {
      await cluster.addTargetTopic(topic);
    } catch (cause) {
      if (kafkaErrorType(cause) !== 'UNKNOWN_TOPIC_OR_PARTITION') throw cause;
      faults.push(`${topic} does not exist and must before offsets can be committed for it`);
    }
  }
  if (faults.length > 0) throw new TopicFaultsError(faults);
}

const partitionsOf = (cluster: Cluster, topics: readonly string[]): TopicPartition[] =>
  topics.flatMap((topic) =>
    cluster.findTopicPartitionMetadata(topic).map(({ partitionId }) => ({ topic, partition: partitionId })),
  );

const ask = <T>(task: () => Promise<T>): Promise<T> =>
  persist(task, { signal: new AbortController().signal, withinMs: WITHIN_MS });

async function missingOffsets(cluster: Cluster, groupId: string, topics: readonly string[]): Promise<TopicPartition[]> {
  const committed = await ask(() => fetchCommitted(cluster, groupId, partitionsOf(cluster, topics)));
  return committed
    .filter(({ offset }) => offset === null)
    .map(({ topic, partition }) => ({ topic, partition }))
    .toSorted((a, b) => topics.indexOf(a.topic) - topics.indexOf(b.topic) || a.partition - b.partition);
}

/** A log that never had a record begins where it ends: there is nothing to lose or to repeat, and nothing to ask. */
async function byUse(
  cluster: Cluster,
  missing: readonly TopicPartition[],
): Promise<Readonly<Record<'unused' | 'used', readonly TopicPartition[]>>> {
  if (missing.length === 0) return { unused: [], used: [] };
  const ranges = await ask(() => logRanges(cluster, missing));
  // Retention moves a log's start, never its end.
  const isUnused = ({ topic, partition }: TopicPartition): boolean =>
    ranges.some((range) => range.topic === topic && range.partition === partition && range.end === 0);
  return { unused: missing.filter(isUnused), used: missing.filter((one) => !isUnused(one)) };
}

async function startOfAuthEvents(
  cluster: Cluster,
  { names, groups, from }: StartOffsetOptions,
  missing: readonly TopicPartition[],
): Promise<StartAt> {
  if (from !== undefined || missing.length === 0) return from ?? 'end';
  // An end of 0 means that nothing was ever delivered.
  const deliveries = await ask(() => logRanges(cluster, partitionsOf(cluster, [names.deliveries])));
  if (deliveries.some(({ end }) => end > 0)) throw new StartOffsetNeededError(groups.router, missing);
  return 'end';
}

async function commit(
  cluster: Cluster,
  groupId: string,
  missing: readonly TopicPartition[],
  at: StartAt,
): Promise<StartOffset[]> {
  if (missing.length === 0) return [];
  const ranges = await ask(() => logRanges(cluster, missing));
  const later = typeof at === 'number' ? await ask(() => offsetsAt(cluster, missing, at)) : undefined;
  const entries = ranges.map(({ topic, partition, start, end }): CommitEntry => {
    const offset = at === 'beginning' ? start : (later?.get(topic)?.[partition] ?? end);
    return { topic, partition, offset, metadata: '' };
  });
  try {
    await persist(async () => commitAs(await cluster.findGroupCoordinator({ groupId }), groupId, NO_MEMBER, entries), {
      signal: new AbortController().signal,
      withinMs: WITHIN_MS,
      isFinal: isRefused,
    });
  } catch (cause) {
    throw isRefused(cause) ? new GroupIsActiveError(groupId, { cause }) : cause;
  }
  return entries.map(({ topic, partition, offset }) => ({ groupId, topic, partition, offset }));
}

const isRefused = (cause: unknown): boolean => kafkaErrorType(cause) === 'UNKNOWN_MEMBER_ID';
