import type { AssignedPartition, CommitEntry, Join, TopicPartition } from '@signalbox/kafka';
import type { Recovered } from './partition-ledger.ts';
import { PartitionLedger } from './partition-ledger.ts';

interface Entry<Tag> extends TopicPartition {
  ledger: PartitionLedger<Tag>;
  committedOffset: number;
  committedMetadata: string;
}

/** The ledgers of all partitions that a member holds, through its joins. Pure. */
export class LedgerBook<Tag> {
  private readonly entries = new Map<string, Entry<Tag>>();

  /**
   * All joins are alike: what stays is suspended until it is located, what went away ends; without continuity all went away once.
   *
   * @param readsOn false for a member that reads nothing more, and is told of no positions: what stays, and ends yet, can be
   * committed as before.
   */
  onJoin(join: Join, readsOn = true): void {
    const held = new Set(join.assigned.map(keyOf));
    for (const [key, entry] of this.entries) {
      if (held.has(key) && join.isContinuous) {
        if (readsOn) entry.ledger.suspend();
      } else {
        entry.ledger.end();
        this.entries.delete(key);
      }
    }
    for (const { topic, partition } of join.assigned) {
      const key = keyOf({ topic, partition });
      if (this.entries.has(key)) continue;
      this.entries.set(key, {
        topic,
        partition,
        ledger: new PartitionLedger<Tag>(),
        committedOffset: -1,
        committedMetadata: '',
      });
    }
  }

  /** Opens a located partition at its committed offset; see {@link PartitionLedger.open}. */
  open(assigned: AssignedPartition, position: number, recovered: Recovered<Tag>): PartitionLedger<Tag> {
    const entry = this.require(assigned);
    entry.committedOffset = assigned.committedOffset ?? -1;
    entry.committedMetadata = assigned.committedMetadata;
    entry.ledger.open(position, recovered);
    return entry.ledger;
  }

  /** Throws for a partition that is not held. */
  ledger(of: TopicPartition): PartitionLedger<Tag> {
    return this.require(of).ledger;
  }

  held(): readonly TopicPartition[] {
    return [...this.entries.values()].map(({ topic, partition }) => ({ topic, partition }));
  }

  /** What is to be committed now; `metadataOf` gets the tag of the lowest incomplete offset, if there is one. */
  toCommit(metadataOf: (of: TopicPartition, offset: number, tag: Tag | undefined) => string): readonly CommitEntry[] {
    const due: CommitEntry[] = [];
    for (const entry of this.entries.values()) {
      const committable = entry.ledger.committable;
      if (committable === undefined) continue;
      const metadata = metadataOf(entry, committable.offset, committable.tag);
      if (committable.offset === entry.committedOffset && metadata === entry.committedMetadata) continue;
      due.push({ topic: entry.topic, partition: entry.partition, offset: committable.offset, metadata });
    }
    return due;
  }

  /** Notes what the group has accepted. */
  onCommitted(entries: readonly CommitEntry[]): void {
    for (const committed of entries) {
      const entry = this.entries.get(keyOf(committed));
      if (entry === undefined) continue;
      entry.committedOffset = committed.offset;
      entry.committedMetadata = committed.metadata;
    }
  }

  private require(of: TopicPartition): Entry<Tag> {
    const entry = this.entries.get(keyOf(of));
    if (entry === undefined) throw new Error(`partition ${of.topic}/${of.partition} is not held`);
    return entry;
  }
}

function keyOf({ topic, partition }: TopicPartition): string {
  return `${topic}/${partition}`;
}
