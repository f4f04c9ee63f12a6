import type { AttemptId } from './ids.ts';

/** When a webhook's failed attempts are tried again; contract.md section 4. */
export interface RetryPolicy {
  /** `logto`: no answer, 5xx, 408, 425 and 429 are tried again. `standard`: every non-2xx. */
  readonly preset: 'logto' | 'standard';
  /** Delay before attempt 2, 3, …: its length is the number of retries. */
  readonly delaysMs: readonly number[];
  /** A delivery that could not go for this long after its round began ends as expired. */
  readonly maxAgeMs: number;
}

/** 5 s, 30 s, 2 min; three days. */
export const DEFAULT_RETRY_POLICY: RetryPolicy = {
  preset: 'logto',
  delaysMs: [5_000, 30_000, 120_000],
  maxAgeMs: 259_200_000,
};

export const MAX_RETRY_AFTER_MS = 3_600_000;
/** The next attempt is due so long before the delivery expires, so that it is made before: waking it takes a while. */
const MADE_WITHIN_MS = 1_000;
/** A delay is spread by up to this share of it. */
const SPREAD = 0.2;

/** What an attempt came to; `statusCode` is absent where no answer came. */
export interface AttemptResult {
  readonly statusCode?: number;
  readonly retryAfterMs?: number;
  /** The receiver wants no further attempts of this delivery. */
  readonly isAborted?: boolean;
  /** Milliseconds until the delivery expires; negative when it has. Default: endless. */
  readonly leftMs?: number;
}

export type AttemptVerdict =
  { readonly kind: 'succeeded' } | { readonly kind: 'retry'; readonly delayMs: number } | { readonly kind: 'give up' };

/**
 * Decides after an attempt. The delay is spread by ±20 % through a hash of the attempt's id, never at random: whoever
 * repeats this decision from the recorded fact comes to the same time (design: recovery). `attemptNumber` counts from 1.
 * `attemptId` is asked for only where there is a delay to spread: most attempts succeed, and an id costs a hash.
 *
 * A next attempt that would come after the delivery has expired comes before, where the spread leaves room for that; where
 * it does not, the verdict leads to the moment of the expiry, so that the delivery ends in time.
 */
export function judgeAttempt(
  result: AttemptResult,
  policy: RetryPolicy,
  attemptNumber: number,
  attemptId: () => AttemptId,
): AttemptVerdict {
  const status = result.statusCode;
  if (status !== undefined && status >= 200 && status < 300) return { kind: 'succeeded' };
  if (result.isAborted === true || !isRetryable(status, policy.preset)) return { kind: 'give up' };
  const delayMs = policy.delaysMs[attemptNumber - 1];
  if (delayMs === undefined) return { kind: 'give up' };
  const asked = Math.min(result.retryAfterMs ?? 0, MAX_RETRY_AFTER_MS);
  const wantedMs = Math.max(spread(delayMs, attemptId()), asked);
  const earliestMs = Math.max(Math.ceil(delayMs * (1 - SPREAD)), asked);
  return { kind: 'retry', delayMs: withinLife(wantedMs, earliestMs, result.leftMs ?? Infinity) };
}

function withinLife(wantedMs: number, earliestMs: number, leftMs: number): number {
  const latestMs = leftMs - MADE_WITHIN_MS;
  if (wantedMs > latestMs && earliestMs <= latestMs) return latestMs;
  return Math.max(0, Math.min(wantedMs, leftMs + 1));
}

function isRetryable(status: number | undefined, preset: RetryPolicy['preset']): boolean {
  if (status === undefined || preset === 'standard') return true;
  return status >= 500 || status === 408 || status === 425 || status === 429;
}

/** `delayMs` ±20 %, the same for ever for the same id: ids are name-based UUIDs, so their first bytes are a hash. */
export function spread(delayMs: number, id: string): number {
  const unit = Number.parseInt(id.slice(0, 8), 16) / 0xffff_ffff;
  return Math.round(delayMs * (1 - SPREAD + 2 * SPREAD * unit));
}
