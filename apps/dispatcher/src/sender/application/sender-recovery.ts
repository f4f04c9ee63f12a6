import type { Delivery, Fact } from '@signalbox/contracts';
import { decodeFact, factKindOf } from '@signalbox/contracts';
import type { AssignedPartition, LogRecord, TailReader } from '@signalbox/kafka';

/** A fact about a record above the committed offset. */
export interface RecoveredFact {
  readonly fact: Fact;
  /** What it owed is known to have been produced: a later fact of the same round was made from it. */
  readonly isPaid: boolean;
}

/** What `attempts` tells of one partition from the committed position on. */
export interface RecoveredPartition {
  /** The position they were read from: stays the metadata of commits until all these offsets are committed. */
  readonly tag: number;
  /** The fact that tells most about each record, by the record's offset, whoever produced it. */
  readonly facts: ReadonlyMap<number, RecoveredFact>;
  /** The highest offset that a fact names; -1 for none. */
  readonly upTo: number;
}

/** Reads the facts of each assigned partition from the position that was committed with its offset. */
export async function recoverFacts(
  tail: Pick<TailReader, 'read'>,
  attemptsTopic: string,
  assigned: readonly AssignedPartition[],
  signal: AbortSignal,
): Promise<{
  readonly partitions: ReadonlyMap<number, RecoveredPartition>;
  /** Facts by which a receiver asks to be sent nothing more, whether or not their deliveries are done. */
  readonly verdicts: readonly {
    readonly fact: Fact;
    readonly at: { readonly partition: number; readonly offset: number };
  }[];
  /** Where each partition of `attempts` ended. */
  readonly ends: readonly { readonly partition: number; readonly offset: number }[];
}> {
  const committed = new Map(assigned.map((of) => [of.partition, of.committedOffset ?? of.logStart]));
  const found = new Map(assigned.map((of) => [of.partition, new Map<number, Fact>()]));
  const latest = new Map<string, Fact>();
  const verdicts: { fact: Fact; at: { partition: number; offset: number } }[] = [];
  const onRecord = (record: LogRecord): void => {
    // A breaker's change names the delivery that caused it, which may not be done.
    if (factKindOf(record.headers) === 'breaker-changed') return;
    const fact = decodeFact(record.headers, record.value);
    if (fact.kind === 'attempted' && fact.verdict === 'disable-webhook') {
      verdicts.push({ fact, at: { partition: record.partition, offset: record.offset } });
    }
    if (fact.kind === 'not-a-fact' || fact.deliveryOffset < (committed.get(record.partition) ?? Infinity)) return;
    const facts = found.get(record.partition);
    const before = facts?.get(fact.deliveryOffset);
    if (before === undefined || !tellsMore(before, fact)) facts?.set(fact.deliveryOffset, fact);
    const known = latest.get(roundOf(fact));
    if (known === undefined || isLater(fact, known)) latest.set(roundOf(fact), fact);
  };
  const from = assigned.map((of) => ({
    topic: attemptsTopic,
    partition: of.partition,
    offset: attemptsPosition(of.committedMetadata),
  }));
  const ends = await tail.read(from, onRecord, signal);
  const partitions = new Map<number, RecoveredPartition>();
  for (const { partition, offset: tag } of from) {
    const facts = new Map<number, RecoveredFact>();
    let upTo = -1;
    for (const [offset, fact] of found.get(partition) ?? []) {
      facts.set(offset, { fact, isPaid: isPaid(fact, latest.get(roundOf(fact)) ?? fact) });
      if (offset > upTo) upTo = offset;
    }
    partitions.set(partition, { tag, facts, upTo });
  }
  return { partitions, verdicts, ends };
}

/**
 * Whether a fact is about this very record. Offsets alone do not say so: a topic that was made anew begins at 0 again
 * while the facts about its predecessor are still there.
 */
export function isAbout(
  fact: Fact,
  delivery: Pick<Delivery, 'deliveryId' | 'round' | 'attemptNumber' | 'deferrals'>,
): boolean {
  return (
    fact.deliveryId === delivery.deliveryId &&
    fact.round === delivery.round &&
    fact.attemptNumber === delivery.attemptNumber &&
    fact.deferrals === delivery.deferrals
  );
}

/**
 * Whether the earlier of two facts is the one that counts. Two holders of a partition may both have settled a record, in
 * any order: what has ended is not done again because the other one had only put it off.
 */
function tellsMore(earlier: Fact, later: Fact): boolean {
  // Of a topic that was made anew only the later one is about what lies there now.
  return isAbout(earlier, later) && finalityOf(earlier) > finalityOf(later);
}

function finalityOf(fact: Fact): number {
  switch (fact.kind) {
    case 'attempted':
      return fact.nextAttemptAtMs === undefined ? 2 : 1;
    case 'skipped':
    case 'expired':
      return 2;
    case 'deferred':
    case 'breaker-changed':
      return 0;
  }
}

function roundOf(fact: Fact): string {
  return `${fact.deliveryId}/${fact.round}`;
}

/** An attempt owes the next one: what a twin of its record came to, which had been put off, is none. */
function isPaid(fact: Fact, latest: Fact): boolean {
  return fact.kind === 'attempted' ? latest.attemptNumber > fact.attemptNumber : isLater(latest, fact);
}

function isLater(fact: Fact, than: Fact): boolean {
  return (fact.attemptNumber - than.attemptNumber || fact.deferrals - than.deferrals) > 0;
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
