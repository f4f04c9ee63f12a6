/** Starts may come this much early, so that whoever looks only now and then still reaches the rate. */
const TOLERANCE_MS = 100;

/**
 * A token bucket for one webhook's `rateLimitPerSecond`, as the time at which it would be full again: one number. In any
 * second at most the limit, a tenth of it and one start. A webhook's key lies in one partition, which one sender holds,
 * so nothing has to be shared. Pure; times are Unix ms.
 */
export class RateLimit {
  private fullAtMs = 0;

  /** Undefined: no limit. It may change at any time. */
  perSecond: number | undefined;

  /** The time from which one more may start; 0 for at any time. */
  get nextAtMs(): number {
    return this.perSecond === undefined ? 0 : this.fullAtMs - TOLERANCE_MS;
  }

  /** One starts. */
  take(nowMs: number): void {
    if (this.perSecond === undefined) return;
    this.fullAtMs = Math.max(this.fullAtMs, nowMs) + 1_000 / this.perSecond;
  }

  /** Milliseconds that so many starts take. */
  durationMs(starts: number): number {
    return this.perSecond === undefined ? 0 : (starts * 1_000) / this.perSecond;
  }
}
