/** What a garbage collection or a neighbour's load takes is shorter. */
const SHORTEST_MS = 2_000;

/**
 * When this process last stood still (its event loop held, or SIGSTOP): what ended badly meanwhile says nothing about its
 * endpoint. To be told of every tick, and of what ends. Pure; times are ms of a clock that is never set.
 */
export class Standstill {
  private seenAtMs = Infinity;
  private endedAtMs = -Infinity;

  /** The process runs now. */
  note(nowMs: number): void {
    if (nowMs - this.seenAtMs >= SHORTEST_MS) this.endedAtMs = nowMs;
    this.seenAtMs = nowMs;
  }

  /** Whether it stood still at some time since then. */
  hasBeenSince(sinceMs: number): boolean {
    return this.endedAtMs >= sinceMs;
  }
}
