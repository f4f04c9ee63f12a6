import type { LogRecord } from '../log-record.ts';

/** A record, or an offset that no reader gets to see: a transaction marker, an aborted record. */
interface Slot {
  readonly offset: number;
  readonly record: LogRecord | undefined;
}

export interface MemoryRead {
  readonly records: readonly LogRecord[];
  readonly nextPosition: number;
}

/** One partition's log. Offsets may have gaps, as compaction leaves them. */
export class MemoryPartition {
  #slots: Slot[] = [];
  #start = 0;
  #end = 0;
  #isAway = false;
  readonly #watchers = new Set<() => void>();

  get start(): number {
    return this.#start;
  }

  /** The next offset. */
  get end(): number {
    return this.#end;
  }

  append(make: (offset: number) => LogRecord): LogRecord {
    const record = make(this.#end);
    this.#slots.push({ offset: this.#end++, record });
    this.#wake();
    return record;
  }

  appendHidden(count: number): void {
    for (let i = 0; i < count; i++) this.#slots.push({ offset: this.#end++, record: undefined });
    this.#wake();
  }

  /** Retention: the log begins at `offset` now. */
  deleteBefore(offset: number): void {
    this.#start = Math.min(Math.max(this.#start, offset), this.#end);
    this.#slots = this.#slots.filter((slot) => slot.offset >= this.#start);
  }

  /** Compaction: offsets go without a trace, at the log's end too. */
  remove(shouldRemove: (record: LogRecord) => boolean): void {
    this.#slots = this.#slots.filter(({ record }) => record === undefined || !shouldRemove(record));
  }

  /** Its leader: while it is away nothing can be read. */
  setAway(isAway: boolean): void {
    this.#isAway = isAway;
    if (!isAway) this.#wake();
  }

  /** What a fetch from `position` brings; undefined at the end, and while the leader is away. */
  read(position: number, maxRecords: number): MemoryRead | undefined {
    if (position >= this.#end || this.#isAway) return undefined;
    const records: LogRecord[] = [];
    let nextPosition = this.#end;
    for (let i = this.#indexOf(position); i < this.#slots.length; i++) {
      const slot = this.#slots[i];
      if (slot === undefined) break;
      if (records.length === maxRecords) {
        nextPosition = slot.offset;
        break;
      }
      if (slot.record !== undefined) records.push(slot.record);
    }
    return { records, nextPosition };
  }

  /** Runs `watcher` after each append. */
  watch(watcher: () => void): () => void {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  #wake(): void {
    for (const watcher of this.#watchers) watcher();
  }

  /** The first slot at or after `position`. */
  #indexOf(position: number): number {
    let low = 0;
    let high = this.#slots.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#slots[middle]?.offset ?? Number.POSITIVE_INFINITY) < position) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
