interface Move {
  readonly id: string;
  readonly appendedAtMs: number;
}

/**
 * What an earlier scheduler moved in its last moments, of a partition that is read in its order: what was appended within
 * `keepMs` of the newest. Measured by the log and never by our own clock: however long nobody ran, no commit was made
 * meanwhile, and what was moved last is in a tier still, above the committed offset. Pure; times are Unix ms.
 */
export class LastMoves {
  private moves: Move[] = [];
  private from = 0;
  private newestMs = -Infinity;

  constructor(private readonly keepMs: number) {}

  get size(): number {
    return this.moves.length - this.from;
  }

  add(id: string, appendedAtMs: number): void {
    this.moves.push({ id, appendedAtMs });
    this.newestMs = Math.max(this.newestMs, appendedAtMs);
    for (let oldest = this.moves[this.from]; oldest !== undefined; oldest = this.moves[++this.from]) {
      if (oldest.appendedAtMs >= this.newestMs - this.keepMs) break;
    }
    // Cut off now and then, or a log that is read from its beginning would be in memory as a whole.
    if (this.from > 1_000 && this.from > this.moves.length / 2) {
      this.moves = this.moves.slice(this.from);
      this.from = 0;
    }
  }

  *ids(): Iterable<string> {
    for (let at = this.from; at < this.moves.length; at++) yield this.moves[at]?.id ?? '';
  }
}
