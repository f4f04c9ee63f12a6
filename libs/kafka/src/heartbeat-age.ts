/**
 * How long ago the group was known to count us in. Counted from when the answered request was sent: a process that was
 * stopped finds, when it goes on, an answer in its socket that says nothing about now. By a clock that nobody sets: with a
 * wall clock that is set back, a member that was expelled long ago would take itself for one.
 */
export class HeartbeatAge {
  #aliveAtMs = Number.NEGATIVE_INFINITY;

  /** The group has answered what was sent at `askedAtMs` (of `performance.now()`). */
  note(askedAtMs: number): void {
    if (askedAtMs > this.#aliveAtMs) this.#aliveAtMs = askedAtMs;
  }

  ms(): number {
    return performance.now() - this.#aliveAtMs;
  }
}
