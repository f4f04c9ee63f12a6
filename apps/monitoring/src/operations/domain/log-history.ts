/** Samples kept of a partition. Beyond that the older half is thinned, so that a long memory stays small. */
const MAX_SAMPLES = 256;

interface Sample {
  readonly atMs: number;
  /** Next offset of the log then. */
  readonly end: number;
}

/**
 * Where a log ended when, so that an offset has an age though nobody reads its record. An age is short of the true one by the
 * time between two samples at most, and begins with the first sample.
 */
export class LogHistory {
  #samples: Sample[] = [];

  note(atMs: number, end: number): void {
    const last = this.#samples.at(-1);
    if (last !== undefined && end < last.end) this.#samples = [];
    if (last?.end !== end) this.#samples.push({ atMs, end });
    if (this.#samples.length > MAX_SAMPLES) {
      const half = MAX_SAMPLES / 2;
      this.#samples = this.#samples.filter((_, index) => index >= half || index % 2 === 0);
    }
  }

  /** Milliseconds since the record at `offset` was seen to be there; 0 where there is none yet. */
  ageMs(offset: number, nowMs: number): number {
    const first = this.#samples.find(({ end }) => end > offset);
    return first === undefined ? 0 : Math.max(0, nowMs - first.atMs);
  }
}
