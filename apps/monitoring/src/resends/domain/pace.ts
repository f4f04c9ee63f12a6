/** How much may be saved up: a pause must not be made up for by a burst. */
const MAX_SAVED_MS = 1_000;

/** Lets things through at a rate, evenly. Pure: the time is an argument. */
export class Pace {
  #allowance = 1;
  #atMs: number;

  constructor(nowMs: number) {
    this.#atMs = nowMs;
  }

  /** How many may go now. */
  allowed(ratePerSecond: number, nowMs: number): number {
    const most = Math.max(1, (ratePerSecond * MAX_SAVED_MS) / 1_000);
    const gained = (Math.max(0, nowMs - this.#atMs) * ratePerSecond) / 1_000;
    this.#allowance = Math.min(most, this.#allowance + gained);
    this.#atMs = Math.max(this.#atMs, nowMs);
    return Math.floor(this.#allowance);
  }

  /** So many have gone. */
  spend(count: number): void {
    this.#allowance -= count;
  }
}
