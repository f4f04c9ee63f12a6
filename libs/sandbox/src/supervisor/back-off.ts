/** How long to wait before a service that died is started again, and when to stop trying. */
export interface BackOffPolicy {
  readonly firstDelayMs: number;
  readonly maxDelayMs: number;
  /** Starts in a row that ended before this counted as well; then the reason is reported and nothing more is tried. */
  readonly maxFailures: number;
  /** A service that ran this long is well again, and the next death starts from the first delay. */
  readonly wellAfterMs: number;
}

export const DEFAULT_BACK_OFF: BackOffPolicy = {
  firstDelayMs: 250,
  maxDelayMs: 10_000,
  maxFailures: 10,
  wellAfterMs: 30_000,
};

/** Milliseconds to wait after the `failures`-th death in a row (from 1), or undefined when it is to be given up. */
export function nextDelayMs(policy: BackOffPolicy, failures: number): number | undefined {
  if (failures > policy.maxFailures) return undefined;
  return Math.min(policy.maxDelayMs, policy.firstDelayMs * 2 ** (failures - 1));
}
