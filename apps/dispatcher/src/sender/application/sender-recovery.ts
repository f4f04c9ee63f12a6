import type { Attempted, Fact } from '@signalbox/contracts';
import { compareVersions, decodeFact, factKindOf } from '@signalbox/contracts';
import type { AssignedPartition, LogRecord, TailReader } from '@signalbox/kafka';
import type { Turn } from '../domain/repaid-debts.ts';
import type { Owing } from '../domain/send-facts.ts';

/**
 * Whose a fact is and what it owes. All else of it, answers of 4 KiB above all, is let go while the log is read: a window
 * can hold a quarter of a million facts, and whoever takes over reads them before its first POST.
 */
export type KeptFact = Turn & Owing;

/** A fact about a record above the committed offset. */
export interface RecoveredFact {
  readonly fact: KeptFact;
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

export interface RecoveredVerdict {
  readonly fact: Attempted;
  readonly at: { readonly partition: number; readonly offset: number };
}

/** Reads the facts of each assigned partition from the position that was committed with its offset. */
export async function recoverFacts(
  tail: Pick<TailReader, 'read'>,
  attemptsTopic: string,
  assigned: readonly AssignedPartition[],
  signal: AbortSignal,
): Promise<{
  readonly partitions: ReadonlyMap<number, RecoveredPartition>;
  /**
   * Facts by which a receiver asks to be sent nothing more, whether or not their deliveries are done: of each webhook and
   * partition the first about its newest state.
   */
  readonly verdicts: readonly RecoveredVerdict[];
  /** Where each partition of `attempts` ended. */
  readonly ends: readonly { readonly partition: number; readonly offset: number }[];
}> {
  const open = new Map(
    assigned.map((of) => [of.partition, { from: of.committedOffset ?? of.logStart, end: of.logEnd }]),
  );
  const found = new Map(assigned.map((of) => [of.partition, new Map<number, KeptFact>()]));
  const latest = new Map<string, Position>();
  const verdicts = new Map<string, RecoveredVerdict>();
  const onRecord = (record: LogRecord): void => {
    // A breaker's change names the delivery that caused it, which may not be done.
    if (factKindOf(record.headers) === 'breaker-changed') return;
    const fact = decodeFact(record.headers, record.value);
    if (fact.kind === 'attempted' && fact.verdict === 'disable-webhook') {
      noteVerdict(verdicts, { fact, at: { partition: record.partition, offset: record.offset } });
    }
    const { from: committed, end } = open.get(record.partition) ?? NOTHING_OPEN;
    // Beyond the log's end lies what the topic had before it was made anew: of days, and none of it is asked for.
    if (fact.kind === 'not-a-fact' || fact.deliveryOffset < committed || fact.deliveryOffset >= end) return;
    const facts = found.get(record.partition);
    const before = facts?.get(fact.deliveryOffset);
    const kept = keptOf(fact);
    if (before === undefined || !tellsMore(before, kept)) facts?.set(fact.deliveryOffset, kept);
    const round = roundOf(fact);
    const known = latest.get(round);
    if (known === undefined || isLater(kept, known)) latest.set(round, kept);
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
  return { partitions, verdicts: [...verdicts.values()], ends };
}

const NOTHING_OPEN = { from: Infinity, end: 0 };

/** How far a round has come. */
type Position = Pick<Turn, 'attemptNumber' | 'deferrals'>;

function keptOf(fact: Fact): KeptFact {
  const { deliveryId, round, attemptNumber, deferrals } = fact;
  const turn = { deliveryId, round, attemptNumber, deferrals };
  switch (fact.kind) {
    case 'attempted': {
      const { kind, nextAttemptAtMs, error } = fact;
      if (nextAttemptAtMs === undefined) return { ...turn, kind };
      return { ...turn, kind, nextAttemptAtMs, ...(error === undefined ? {} : { error }) };
    }
    case 'deferred':
      return { ...turn, kind: fact.kind, dueAtMs: fact.dueAtMs, reason: fact.reason };
    case 'skipped':
    case 'expired':
    case 'breaker-changed':
      return { ...turn, kind: fact.kind };
  }
}

/** As many as there are webhooks: a thousand answers of one of them say no more than its first. */
function noteVerdict(verdicts: Map<string, RecoveredVerdict>, found: RecoveredVerdict): void {
  const key = `${found.at.partition}/${found.fact.webhookId}`;
  const known = verdicts.get(key);
  if (known !== undefined && compareVersions(stateOf(found.fact), stateOf(known.fact)) <= 0) return;
  verdicts.set(key, found);
}

function stateOf({ webhookEpoch: epoch, webhookVersion: version }: Attempted) {
  return { epoch, version };
}

/**
 * Whether a fact is about this very record. Offsets alone do not say so: a topic that was made anew begins at 0 again
 * while the facts about its predecessor are still there.
 */
export function isAbout(fact: Turn, delivery: Turn): boolean {
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
function tellsMore(earlier: KeptFact, later: KeptFact): boolean {
  // Of a topic that was made anew only the later one is about what lies there now.
  return isAbout(earlier, later) && finalityOf(earlier) > finalityOf(later);
}

function finalityOf(fact: Owing): number {
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

function roundOf(fact: Turn): string {
  return `${fact.deliveryId}/${fact.round}`;
}

/** An attempt owes the next one: what a twin of its record came to, which had been put off, is none. */
function isPaid(fact: KeptFact, latest: Position): boolean {
  return fact.kind === 'attempted' ? latest.attemptNumber > fact.attemptNumber : isLater(latest, fact);
}

function isLater(fact: Position, than: Position): boolean {
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
