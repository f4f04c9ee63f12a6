import { setTimeout as delay } from 'node:timers/promises';

const EVERY_MS = 500;
const PATIENCE_MS = 1_000;

/** Knows for every answer whether the read models are being built anew. Where the database does not answer soon they may be. */
export class RebuildWatch {
  readonly #isUnderWay: () => Promise<boolean>;
  readonly #patienceMs: number;
  #known = true;
  #askedAtMs = -Infinity;
  #asking: Promise<boolean> | undefined;
  #next: Promise<boolean> | undefined;

  constructor(isUnderWay: () => Promise<boolean>, patienceMs = PATIENCE_MS) {
    this.#isUnderWay = isUnderWay;
    this.#patienceMs = patienceMs;
  }

  /** As it was half a second ago at most. */
  async isUnderWay(): Promise<boolean> {
    if (performance.now() - this.#askedAtMs < EVERY_MS && this.#asking === undefined) return this.#known;
    return this.#soon(this.#asking ?? this.#ask());
  }

  /** As it is after this call; those who ask while a question is under way share the next one. */
  async isUnderWayNow(): Promise<boolean> {
    this.#next ??= this.#askNext();
    return this.#soon(this.#next);
  }

  async #askNext(): Promise<boolean> {
    // What is being asked may have been answered already, and be on its way.
    await this.#asking;
    this.#next = undefined;
    return this.#ask();
  }

  async #ask(): Promise<boolean> {
    this.#askedAtMs = performance.now();
    const asking = this.#isUnderWay().catch(() => true);
    this.#asking = asking;
    this.#known = await asking;
    if (this.#asking === asking) this.#asking = undefined;
    return this.#known;
  }

  async #soon(answer: Promise<boolean>): Promise<boolean> {
    const settled = new AbortController();
    const timeUp = delay(this.#patienceMs, true, { signal: settled.signal }).catch(() => true);
    try {
      return await Promise.race([answer, timeUp]);
    } finally {
      settled.abort();
    }
  }
}
