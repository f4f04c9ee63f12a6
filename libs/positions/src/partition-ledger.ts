import { AckWindow } from './ack-window.ts';

/** What is known of an offset that is handed over: work to do, done already, or under way and to be waited for. */
export type Standing = 'new' | 'done' | 'under way';

/** What the logs told on assignment, by what was committed with the position. */
export interface Recovered<Tag> {
  /** Offsets that are done, here or elsewhere, with all they owed. */
  readonly done: Iterable<number>;
  /** The tag that was committed; it stays with every offset that was read with its help, until those are committed. */
  readonly tag: Tag | undefined;
  /** The highest offset that the logs tell anything of; -1 for none. */
  readonly upTo: number;
}

export const NOTHING_RECOVERED: Recovered<never> = { done: [], tag: undefined, upTo: -1 };

/**
 * What one member knows of one partition's offsets, across joins. Every join restarts each partition at its committed
 * offset, so records come again that are done or still under way here: done ones are recognised and acknowledged at once,
 * those under way when they end. Pure.
 */
export class PartitionLedger<Tag> {
  private window: AckWindow<Tag> | undefined;
  /** Done at or above the committed offset, but not taken by the window of this join yet. */
  private readonly known = new Set<number>();
  private readonly underWay = new Set<number>();
  private inherited: { readonly tag: Tag | undefined; readonly upTo: number } = { tag: undefined, upTo: -1 };
  /** All below it was done when the last join began: more than the group had accepted by then. */
  private floor = 0;
  private hasEnded = false;

  /** True once the partition is not held any more, or was not held in between: no commit, and nothing is owed. */
  get ended(): boolean {
    return this.hasEnded;
  }

  get isOpen(): boolean {
    return this.window !== undefined;
  }

  get isFull(): boolean {
    return this.window?.isFull ?? false;
  }

  /** Offsets whose work has begun and has not been completed. */
  get underWayCount(): number {
    return this.underWay.size;
  }

  /** What may be committed, with the tag of the lowest incomplete offset (undefined while nothing is incomplete). */
  get committable(): { readonly offset: number; readonly tag: Tag | undefined } | undefined {
    if (this.window === undefined) return undefined;
    const offset = this.window.lowest;
    const idleTag = offset <= this.inherited.upTo ? this.inherited.tag : undefined;
    return { offset, tag: this.window.lowestTag ?? idleTag };
  }

  /** A join began and the partition stays: what is done is kept as knowledge, what was only queued is forgotten. */
  suspend(): void {
    if (this.window === undefined) return;
    for (const offset of this.window.doneAboveLowest()) this.known.add(offset);
    this.floor = Math.max(this.floor, this.window.lowest);
    this.window = undefined;
  }

  /** The partition went away. Work under way may end, but completes nothing here. */
  end(): void {
    this.hasEnded = true;
    this.window = undefined;
    this.known.clear();
  }

  /** Reading goes on at `position`. What lies below it is committed, and forgotten. */
  open(position: number, recovered: Recovered<Tag>): void {
    this.window = new AckWindow<Tag>(position);
    for (const offset of recovered.done) this.known.add(offset);
    for (const offset of this.known) if (offset < position) this.known.delete(offset);
    this.inherited = { tag: recovered.tag, upTo: Math.max(recovered.upTo, this.highestKnown()) };
  }

  /** The highest offset that is done or under way but was not handed over again yet; -1 for none. */
  private highestKnown(): number {
    let highest = this.floor - 1;
    for (const offset of this.known) if (offset > highest) highest = offset;
    for (const offset of this.underWay) if (offset > highest) highest = offset;
    return highest;
  }

  /** Takes a record that was handed over. For a `new` one the caller begins work, or leaves it queued. */
  take(offset: number, tag: Tag): Standing {
    this.require().take(offset, offset <= this.inherited.upTo ? (this.inherited.tag ?? tag) : tag);
    if (this.underWay.has(offset)) return 'under way';
    if (offset >= this.floor && !this.known.delete(offset)) return 'new';
    this.require().complete(offset);
    return 'done';
  }

  /** All below `position` was handed over or does not exist for us. */
  passTo(position: number): void {
    this.require().passTo(position);
  }

  /** Work begins that goes on over a join: it is not dropped with the queues. */
  begin(offset: number): void {
    this.underWay.add(offset);
  }

  /** All that the offset owed is acknowledged. */
  complete(offset: number): void {
    this.underWay.delete(offset);
    if (this.hasEnded) return;
    if (this.window !== undefined && offset < this.window.position) this.window.complete(offset);
    else this.known.add(offset);
  }

  private require(): AckWindow<Tag> {
    if (this.window === undefined) throw new Error('records were handed over before the partition was located');
    return this.window;
  }
}
