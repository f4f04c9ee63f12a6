import type { Cluster } from 'kafkajs';
import { fetchCommitted, type CommittedOffset } from './group-offsets.ts';
import type { AssignedPartition, LogHandler } from './log-consumer.port.ts';
import { logRanges, type LogRange } from './log-range.ts';
import type { PartitionPosition, TopicPartition } from './log-record.ts';
import { isOutside, PositionOutsideLogError } from './position-error.ts';
import { persist } from './persist.ts';

export interface JoinContext {
  readonly cluster: Cluster;
  readonly groupId: string;
  readonly assigned: readonly TopicPartition[];
  readonly handler: LogHandler;
  readonly isLocatedByHandler: boolean;
  /** Aborts when the next join or the stop overtakes this one. */
  readonly signal: AbortSignal;
}

/** How long brokers may take to answer where the logs are. */
const WITHIN_MS = 60_000;

/**
 * Where to read on after a join: asks the group and the brokers, then the handler. Throws
 * {@link PositionOutsideLogError} when the group's offset, or the handler's, is not in the log.
 */
export async function locateJoin(context: JoinContext): Promise<readonly PartitionPosition[]> {
  const { cluster, groupId, assigned, handler, isLocatedByHandler, signal } = context;
  const ask = { signal, withinMs: WITHIN_MS };
  const committed = isLocatedByHandler ? [] : await persist(() => fetchCommitted(cluster, groupId, assigned), ask);
  const ranges = await persist(() => logRanges(cluster, assigned), ask);
  const partitions = assigned.map((partition) => describe(partition, committed, ranges));
  refuseOutside(groupId, partitions);
  const positions = await handler.locate(partitions, signal);
  signal.throwIfAborted();
  const checked = assigned.map(({ topic, partition }) => {
    const position = positions.find((candidate) => candidate.topic === topic && candidate.partition === partition);
    if (position === undefined) throw new Error(`no position was located for ${topic}[${partition}]`);
    return position;
  });
  await checkRanges(context, checked, ranges);
  return checked;
}

function describe(
  { topic, partition }: TopicPartition,
  committed: readonly CommittedOffset[],
  ranges: readonly LogRange[],
): AssignedPartition {
  const isIt = (other: TopicPartition): boolean => other.topic === topic && other.partition === partition;
  const offset = committed.find(isIt);
  const range = ranges.find(isIt);
  if (range === undefined) throw new Error(`no broker told where ${topic}[${partition}] begins and ends`);
  return {
    topic,
    partition,
    committedOffset: offset?.offset ?? null,
    committedMetadata: offset?.metadata ?? '',
    logStart: range.start,
    logEnd: range.end,
  };
}

/**
 * Before anything is fetched, since kafkajs would put its default in place of a group's offset that the log does not have
 * (the tap keeps it from that, too): what was committed stays, as the evidence of what is missing.
 */
function refuseOutside(groupId: string, partitions: readonly AssignedPartition[]): void {
  for (const { topic, partition, committedOffset, logStart, logEnd } of partitions) {
    if (committedOffset === null) continue;
    const range = { topic, partition, start: logStart, end: logEnd };
    if (!isOutside(committedOffset, range)) continue;
    throw new PositionOutsideLogError(
      `the offset committed by ${groupId},`,
      { ...range, offset: committedOffset },
      range,
    );
  }
}

async function checkRanges(
  { cluster, signal }: JoinContext,
  positions: readonly PartitionPosition[],
  ranges: readonly LogRange[],
): Promise<void> {
  const outside = (known: readonly LogRange[]): [PartitionPosition, LogRange][] =>
    positions.flatMap((position, index): [PartitionPosition, LogRange][] => {
      const range = known[index];
      return range !== undefined && isOutside(position.offset, range) ? [[position, range]] : [];
    });
  if (outside(ranges).length === 0) return;
  // The logs may have grown while the handler was looking; both lists are in the order of the assignment.
  const later = await persist(
    () =>
      logRanges(
        cluster,
        positions.map(({ topic, partition }) => ({ topic, partition })),
      ),
    { signal, withinMs: WITHIN_MS },
  );
  const [first] = outside(later);
  if (first !== undefined) throw new PositionOutsideLogError('the position', ...first);
}
