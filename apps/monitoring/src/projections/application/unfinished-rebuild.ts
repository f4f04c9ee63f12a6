import type { LogRange } from '../domain/log-remains.ts';

const EVERY_MS = 5_000;

export interface UnfinishedRebuildDeps {
  /** When the rebuild began that is not carried out to where the logs ended then, or end now, where that is known; else null. */
  readonly unfinished: (ranges: readonly LogRange[]) => Promise<string | null>;
  /** Where the logs begin and end now. */
  readonly ranges: () => Promise<readonly LogRange[]>;
  /** Unix ms or of any other clock. */
  readonly now: () => number;
}

/**
 * Whether a rebuild is under way. One whose topic was made anew, or lost its end to the retention, comes no further than to where
 * the log ends now. Kafka is asked in the background, only while the tables say that one is unfinished, and every 5 s at most.
 */
export class UnfinishedRebuild {
  readonly #deps: UnfinishedRebuildDeps;
  #begunAt: string | null = null;
  #ranges: readonly LogRange[] = [];
  #askedAtMs = -Infinity;
  #isAsking = false;

  constructor(deps: UnfinishedRebuildDeps) {
    this.#deps = deps;
  }

  /** Rejects where the database does not answer. While it is not known where the logs end, what the tables say. */
  async isUnderWay(): Promise<boolean> {
    const begunAt = await this.#deps.unfinished([]);
    if (begunAt === null) return false;
    if (begunAt !== this.#begunAt) this.#forget(begunAt);
    if (!this.#isAsking && this.#deps.now() - this.#askedAtMs >= EVERY_MS) void this.#ask(begunAt);
    return this.#ranges.length === 0 || (await this.#deps.unfinished(this.#ranges)) !== null;
  }

  /** Where the logs ended before this rebuild began says nothing about how far it has to come. */
  #forget(begunAt: string): void {
    this.#begunAt = begunAt;
    this.#ranges = [];
    this.#askedAtMs = -Infinity;
  }

  async #ask(begunAt: string): Promise<void> {
    this.#isAsking = true;
    this.#askedAtMs = this.#deps.now();
    try {
      const ranges = await this.#deps.ranges();
      if (begunAt === this.#begunAt) this.#ranges = ranges;
    } catch {
      // Asked again later; until then it is under way.
    } finally {
      this.#isAsking = false;
    }
  }
}
