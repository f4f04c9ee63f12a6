import { setTimeout as delay } from 'node:timers/promises';

const EVERY_MS = 500;
const PATIENCE_MS = 1_000;

/** Knows for every answer whether the read models are being built anew; asks for it twice a second at most. */
export class RebuildWatch {
  readonly #isUnderWay: () => Promise<boolean>;
  #known = false;
  #askedAtMs = -Infinity;
  #asking: Promise<void> | undefined;

  constructor(isUnderWay: () => Promise<boolean>) {
    this.#isUnderWay = isUnderWay;
  }

  /** What was known last, where the database does not answer soon: whoever asks is told of that by the answer itself. */
  async isUnderWay(): Promise<boolean> {
    if (performance.now() - this.#askedAtMs >= EVERY_MS) this.#asking ??= this.#ask();
    if (this.#asking !== undefined) {
      const settled = new AbortController();
      const timeUp = delay(PATIENCE_MS, undefined, { signal: settled.signal }).catch(() => undefined);
      await Promise.race([this.#asking, timeUp]);
      settled.abort();
    }
    return this.#known;
  }

  async #ask(): Promise<void> {
    try {
      this.#known = await this.#isUnderWay();
    } catch {
      // Tried again by the next one.
    } finally {
      this.#askedAtMs = performance.now();
      this.#asking = undefined;
    }
  }
}
