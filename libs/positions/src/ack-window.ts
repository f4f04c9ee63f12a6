/**
 * Which offsets of one partition are done, when work completes out of order (invariant 5). `lowest` is what may be
 * committed: everything below it is done. Offsets that never arrive (compaction, transaction markers, aborted records)
 * count as done. Pure.
 *
 * Every offset taken carries a tag: what its owner wants to know about the lowest incomplete one, e.g. the position in
 * another log when it was received. Tags are stored once for each run of offsets taken with the same tag.
 */
export class AckWindow<Tag> {
  /** 1 = done. A ring indexed by offset; its size is a power of two. */
  private ring = new Uint8Array(INITIAL_SLOTS);
  private low: number;
  private next: number;
  private readonly tags: { readonly from: number; readonly tag: Tag }[] = [];
  private tagsHead = 0;

  constructor(
    position: number,
    private readonly maxSpan: number = MAX_SPAN,
  ) {
    this.low = position;
    this.next = position;
  }

  /** The lowest offset not done: the one to commit. */
  get lowest(): number {
    return this.low;
  }

  /** The offset after the highest one taken or passed over. */
  get position(): number {
    return this.next;
  }

  /** Offsets between the lowest incomplete one and the position, done ones included. */
  get span(): number {
    return this.next - this.low;
  }

  /** True at the cap: take no more until it falls (pause the partition, never drop). */
  get isFull(): boolean {
    return this.span >= this.maxSpan;
  }

  /** The tag of the lowest incomplete offset; undefined while nothing is incomplete. */
  get lowestTag(): Tag | undefined {
    return this.low === this.next ? undefined : this.tags[this.tagsHead]?.tag;
  }

  /** Takes an offset as incomplete. Throws when it is below the position: a record must not be taken twice. */
  take(offset: number, tag: Tag): void {
    if (offset < this.next) throw new RangeError(`offset ${offset} was taken already; the position is ${this.next}`);
    this.passTo(offset);
    this.makeRoom(offset);
    this.ring[offset & (this.ring.length - 1)] = 0;
    this.next = offset + 1;
    if (this.tags.at(-1)?.tag !== tag || this.tagsHead === this.tags.length) this.tags.push({ from: offset, tag });
  }

  /** Counts every offset below `position` that was not taken as done. */
  passTo(position: number): void {
    if (position <= this.next) return;
    if (this.low === this.next) {
      this.low = position;
    } else {
      this.makeRoom(position - 1);
      for (let offset = this.next; offset < position; offset++) this.ring[offset & (this.ring.length - 1)] = 1;
    }
    this.next = position;
  }

  /** Marks a taken offset as done; one below `lowest` is done already. */
  complete(offset: number): void {
    if (offset < this.low) return;
    if (offset >= this.next) throw new RangeError(`offset ${offset} was never taken; the position is ${this.next}`);
    const mask = this.ring.length - 1;
    this.ring[offset & mask] = 1;
    if (offset !== this.low) return;
    while (this.low < this.next && this.ring[this.low & mask] === 1) this.low++;
    this.dropTags();
  }

  /** Done offsets above the lowest incomplete one, ascending. */
  *doneAboveLowest(): Generator<number> {
    const mask = this.ring.length - 1;
    for (let offset = this.low; offset < this.next; offset++) if (this.ring[offset & mask] === 1) yield offset;
  }

  private dropTags(): void {
    while (this.tagsHead + 1 < this.tags.length && (this.tags[this.tagsHead + 1]?.from ?? Infinity) <= this.low) {
      this.tagsHead++;
    }
    if (this.low === this.next) this.tagsHead = this.tags.length;
    if (this.tagsHead > 1_024 || this.tagsHead === this.tags.length) {
      this.tags.splice(0, this.tagsHead);
      this.tagsHead = 0;
    }
  }

  private makeRoom(offset: number): void {
    const needed = offset - this.low + 1;
    if (needed <= this.ring.length) return;
    let size = this.ring.length;
    while (size < needed) size *= 2;
    const grown = new Uint8Array(size);
    for (let at = this.low; at < this.next; at++) {
      grown[at & (size - 1)] = this.ring[at & (this.ring.length - 1)] ?? 0;
    }
    this.ring = grown;
  }
}

const INITIAL_SLOTS = 1_024;
const MAX_SPAN = 262_144;
