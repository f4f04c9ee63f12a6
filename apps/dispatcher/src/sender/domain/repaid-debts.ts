import type { Delivery } from '@signalbox/contracts';

/** What says which of a delivery's turns a record is: the same for twins. */
export type Turn = Pick<Delivery, 'deliveryId' | 'round' | 'attemptNumber' | 'deferrals'>;

/** An id and its place cost about 200 bytes: 20 MB at most. */
const MOST_KEPT = 100_000;

/**
 * What an earlier sender's facts owed and this one paid for, not knowing whether the other had paid: each may come back
 * twice. The scheduler knows twins that it moves within a minute; where no sender ran for longer, one has been in
 * `deliveries` for long when the other is put into a tier. Both have the same key, so both come by the same partition, to
 * whoever paid: the first is sent, and the second ends without it.
 *
 * Kept until the partition goes away, the newest 100,000. Pure.
 */
export class RepaidDebts {
  /** The offset of the first that came back; undefined before. */
  private readonly firsts = new Map<string, number | undefined>();

  constructor(private readonly mostKept = MOST_KEPT) {}

  get size(): number {
    return this.firsts.size;
  }

  /** The record that comes back as this turn may be there already. */
  add(partition: number, turn: Turn): void {
    const key = keyOf(partition, turn);
    if (this.firsts.has(key)) return;
    this.firsts.set(key, undefined);
    if (this.firsts.size <= this.mostKept) return;
    for (const oldest of this.firsts.keys()) {
      this.firsts.delete(oldest);
      return;
    }
  }

  /**
   * Another record than this one came as the same turn before. That one is sent, or is in the queue, or comes again to
   * whoever takes over: it lies before this one in the log, and no commit passes it until it has ended.
   */
  isSecond(partition: number, offset: number, turn: Turn): boolean {
    if (this.firsts.size === 0) return false;
    const key = keyOf(partition, turn);
    if (!this.firsts.has(key)) return false;
    const first = this.firsts.get(key);
    if (first === undefined) this.firsts.set(key, offset);
    return first !== undefined && first !== offset;
  }

  forgetPartitions(partitions: ReadonlySet<number>): void {
    for (const key of this.firsts.keys()) if (partitions.has(Number.parseInt(key, 10))) this.firsts.delete(key);
  }
}

function keyOf(partition: number, { deliveryId, round, attemptNumber, deferrals }: Turn): string {
  return `${partition}/${deliveryId}/${round}/${attemptNumber}/${deferrals}`;
}
