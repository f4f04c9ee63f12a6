import type { Chunk } from './chunk.ts';

/** Takes records from the beginning of what is queued of one partition, by their times. */
export class ChunkCursor {
  readonly #queued: Chunk[];
  readonly #records: Chunk['records'][number][] = [];
  readonly #first: Chunk;
  #to: number;
  /** Records of the first chunk that are taken. */
  #next = 0;
  #lastMs = 0;

  /** @param queued at least one; what is taken is removed by `finish`. */
  constructor(queued: Chunk[], first: Chunk) {
    this.#queued = queued;
    this.#first = first;
    this.#to = first.from;
    this.#passEnds();
  }

  get partition(): number {
    return this.#first.partition;
  }

  /** Append time of the next record, Unix ms; undefined when none is left. */
  get nextMs(): number | undefined {
    return this.#queued[0]?.records[this.#next]?.timestampMs;
  }

  /** That of the last record taken. */
  get lastMs(): number {
    return this.#lastMs;
  }

  /** The next records up to and with `untilMs`, at most `max` and those of one chunk. Returns how many. */
  take(untilMs: number, max: number): number {
    const [chunk] = this.#queued;
    if (chunk === undefined) return 0;
    const begin = this.#next;
    const end = Math.min(chunk.records.length, begin + max);
    for (let record = chunk.records[begin]; this.#next < end && record !== undefined;) {
      if (record.timestampMs > untilMs) break;
      this.#records.push(record);
      this.#lastMs = record.timestampMs;
      record = chunk.records[++this.#next];
    }
    const taken = this.#next - begin;
    this.#to = chunk.records[this.#next]?.offset ?? chunk.to;
    this.#passEnds();
    return taken;
  }

  /** What was taken, or undefined; the rest is left in the queue. */
  finish(): Chunk | undefined {
    const [chunk] = this.#queued;
    if (chunk !== undefined && this.#next > 0) {
      this.#queued[0] = { ...chunk, from: this.#to, records: chunk.records.slice(this.#next) };
    }
    const { topic, partition, from } = this.#first;
    return this.#to === from ? undefined : { topic, partition, from, to: this.#to, records: this.#records };
  }

  /** Goes on to the next chunk behind the last record of one, and over those without records. */
  #passEnds(): void {
    for (let chunk = this.#queued[0]; chunk !== undefined && this.#next === chunk.records.length;) {
      this.#to = chunk.to;
      this.#next = 0;
      this.#queued.shift();
      chunk = this.#queued[0];
    }
  }
}

/**
 * Takes from all cursors, the oldest record first, up to the time at which the first of them has no more. Returns how many.
 *
 * @param max at most so many.
 */
export function takeTogether(cursors: readonly ChunkCursor[], max: number): number {
  let taken = 0;
  let untilMs = Infinity;
  while (taken < max) {
    let oldest: ChunkCursor | undefined;
    let oldestMs = untilMs;
    let othersMs = untilMs;
    for (const cursor of cursors) {
      const atMs = cursor.nextMs;
      if (atMs === undefined || atMs > oldestMs) othersMs = Math.min(othersMs, atMs ?? othersMs);
      else {
        if (oldest !== undefined) othersMs = oldestMs;
        [oldest, oldestMs] = [cursor, atMs];
      }
    }
    if (oldest === undefined) break;
    taken += oldest.take(othersMs, max - taken);
    if (oldest.nextMs === undefined) untilMs = Math.min(untilMs, oldest.lastMs);
  }
  return taken;
}
