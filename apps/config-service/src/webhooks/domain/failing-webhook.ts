/** Fewer failures than these tell nothing. */
export const MIN_FAILURES = 10;

/** Deliveries of a webhook that ended in failure, without a success since the first of them. */
export interface FailureStreak {
  readonly failures: number;
  /** Unix ms. */
  readonly firstFailedAtMs: number;
  readonly lastFailedAtMs: number;
}

export type FailureVerdict = 'disable' | 'warn' | 'leave';

/** The span from which on its owner is warned. */
export function warnAfterMs(disableAfterMs: number): number {
  return disableAfterMs / 2;
}

/**
 * What becomes of a webhook that fails. The time between failures counts, and not the time since: a webhook without traffic
 * stays as it is for ever.
 */
export function verdictOn(streak: FailureStreak, disableAfterMs: number): FailureVerdict {
  const { failures, firstFailedAtMs, lastFailedAtMs } = streak;
  const spanMs = lastFailedAtMs - firstFailedAtMs;
  if (failures < MIN_FAILURES) return 'leave';
  if (spanMs >= disableAfterMs) return 'disable';
  return spanMs >= warnAfterMs(disableAfterMs) ? 'warn' : 'leave';
}

/** For its owner to read. */
export function disabledMessageOf({ failures, firstFailedAtMs }: FailureStreak): string {
  const since = new Date(firstFailedAtMs).toISOString();
  return `Deliveries have ended in failure since ${since}: ${failures} of them, and none succeeded`;
}
