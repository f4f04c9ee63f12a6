const QUIET_MS = 30_000;

interface Seen {
  shownAtMs: number;
  hidden: number;
}

/** Lets a line through once in half a minute: a broker that is away makes ten warnings a second, all alike. */
export class RepetitionFilter {
  readonly #seen = new Map<string, Seen>();

  /** The line to show, with the number of those that were left out before it; undefined for one to leave out. */
  pass(line: string, nowMs: number): string | undefined {
    // Ports, ids and counts differ between lines that say the same.
    const kind = line.replaceAll(/\d+/g, '#');
    const seen = this.#seen.get(kind);
    if (seen && nowMs - seen.shownAtMs < QUIET_MS) {
      seen.hidden++;
      return undefined;
    }
    this.#seen.set(kind, { shownAtMs: nowMs, hidden: 0 });
    return seen && seen.hidden > 0 ? `${line} (and ${seen.hidden} times before, not shown)` : line;
  }
}
