/** Positions by `topic/partition`; the next offset of each. */
export type Positions = ReadonlyMap<string, number>;

/**
 * Whether a projection has reached where the logs once ended. It may fall behind again: a database that was restored under
 * us stands where its backup did, and what it then knows of rounds is old.
 */
export class CatchUp {
  readonly #targets: Map<string, number>;

  /** `ends`: of the logs when this began. */
  constructor(ends: Positions) {
    this.#targets = new Map(ends);
  }

  /** Where the logs end now: what was made anew ends before where it once did, and will not be read further. */
  limitTo(ends: Positions): void {
    for (const [partition, target] of this.#targets) {
      this.#targets.set(partition, Math.min(target, ends.get(partition) ?? 0));
    }
  }

  hasReached(positions: Positions): boolean {
    for (const [partition, target] of this.#targets) {
      if ((positions.get(partition) ?? 0) < target) return false;
    }
    for (const [partition, position] of positions) this.#targets.set(partition, position);
    return true;
  }
}
