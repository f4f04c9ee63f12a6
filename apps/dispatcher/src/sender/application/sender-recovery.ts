import type { Fact } from '@signalbox/contracts';
import { decodeFact, factKindOf } from '@signalbox/contracts';
import type { AssignedPartition, LogRecord, TailReader } from '@signalbox/kafka';
import type { Recovered } from '@signalbox/positions';

/** What `attempts` tells of one partition from the committed position on. */
export interface RecoveredPartition {
  /** What may be committed as metadata while these offsets are not: where they were found. */
  readonly recovered: Recovered<number>;
  /** Facts that owe a record, by the offset of their delivery: what they owe is produced again (design: twins). */
  readonly owing: ReadonlyMap<number, Fact>;
}

/**
 * Reads the facts of each assigned partition from the position that was committed with its offset. An offset is done when
 * any fact names it, whoever produced it.
 */
export async function recoverFacts(
  tail: Pick<TailReader, 'read'>,
  attemptsTopic: string,
  assigned: readonly AssignedPartition[],
  owes: (fact: Fact) => boolean,
  signal: AbortSignal,
): Promise<{
  readonly partitions: ReadonlyMap<number, RecoveredPartition>;
  /** Where each partition of `attempts` ended. */
  readonly ends: readonly { readonly partition: number; readonly offset: number }[];
}> {
  const found = new Map<number, { tag: number; committed: number; done: Set<number>; owing: Map<number, Fact> }>();
  for (const of of assigned) {
    const committed = of.committedOffset ?? of.logStart;
    found.set(of.partition, {
      tag: attemptsPosition(of.committedMetadata),
      committed,
      done: new Set(),
      owing: new Map(),
    });
  }
  const onRecord = (record: LogRecord): void => {
    const partition = found.get(record.partition);
    // A breaker's change names the delivery that caused it, which may not be done.
    if (partition === undefined || factKindOf(record.headers) === 'breaker-changed') return;
    const fact = decodeFact(record.headers, record.value);
    if (fact.kind === 'not-a-fact' || fact.deliveryOffset < partition.committed) return;
    if (owes(fact)) partition.owing.set(fact.deliveryOffset, fact);
    else partition.done.add(fact.deliveryOffset);
  };
  const from = assigned.map(({ partition }) => ({
    topic: attemptsTopic,
    partition,
    offset: found.get(partition)?.tag ?? 0,
  }));
  const ends = await tail.read(from, onRecord, signal);
  const partitions = new Map<number, RecoveredPartition>();
  for (const [partition, { tag, done, owing }] of found) {
    for (const offset of done) owing.delete(offset);
    const upTo = Math.max(-1, ...done, ...owing.keys());
    partitions.set(partition, { recovered: { done, tag, upTo }, owing });
  }
  return { partitions, ends };
}

const METADATA = /^a([0-9a-z]+)$/;

/** The commit metadata of a sender: `a` and the position in `attempts`, in base 36. */
export function attemptsMetadata(position: number): string {
  return `a${position.toString(36)}`;
}

/** 0, the beginning, for metadata that is none of ours. */
export function attemptsPosition(metadata: string): number {
  const position = Number.parseInt(METADATA.exec(metadata)?.[1] ?? '0', 36);
  return Number.isSafeInteger(position) ? position : 0;
}
