import type { RecoveredFact, RecoveredPartition } from './sender-recovery.ts';

/** What `attempts` told on assignment of records above the committed offset: each is let go when its record comes. */
export class RecoveredFacts {
  private partitions = new Map<number, Map<number, RecoveredFact>>();

  get size(): number {
    let size = 0;
    for (const facts of this.partitions.values()) size += facts.size;
    return size;
  }

  /** In place of all there was: every join reads `attempts` anew. */
  replace(partitions: ReadonlyMap<number, RecoveredPartition>): void {
    this.partitions = new Map([...partitions].map(([partition, { facts }]) => [partition, new Map(facts)]));
  }

  clear(): void {
    this.partitions.clear();
  }

  /** The fact about the record at this offset, once. */
  take(partition: number, offset: number): RecoveredFact | undefined {
    const facts = this.partitions.get(partition);
    const found = facts?.get(offset);
    if (facts === undefined || found === undefined) return undefined;
    facts.delete(offset);
    if (facts.size === 0) this.partitions.delete(partition);
    return found;
  }
}
