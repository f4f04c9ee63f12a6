const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** Which minutes and hours make up "the last 24 hours", sliding by the minute. Unix ms. */
export interface Last24Hours {
  /** Begin of the first minute. */
  readonly fromMs: number;
  /** Begin of the first whole hour: before it counts are taken by the minute, from it on by the hour. */
  readonly wholeHoursFromMs: number;
  /** Exclusive. */
  readonly untilMs: number;
}

/**
 * 1,440 minutes, the current one included, and up to two hours ahead: a publisher's clock may be fast, and its deliveries
 * must not be missing where their owner looks for them. Every count over "24 hours" uses this window, so that they agree.
 */
export function last24Hours(nowMs: number): Last24Hours {
  const fromMs = Math.floor(nowMs / MINUTE_MS) * MINUTE_MS - (24 * 60 - 1) * MINUTE_MS;
  return {
    fromMs,
    wholeHoursFromMs: Math.ceil(fromMs / HOUR_MS) * HOUR_MS,
    untilMs: Math.floor(nowMs / HOUR_MS) * HOUR_MS + 2 * HOUR_MS,
  };
}
