/** So many at once, and one more each time an interval has passed. */
export interface Rate {
  readonly burst: number;
  readonly intervalMs: number;
}

export type Taken =
  | { readonly kind: 'taken'; readonly fullAtMs: number }
  /** Nothing is taken; ask again later. */
  | { readonly kind: 'exceeded'; readonly retryAfterMs: number };

/**
 * Takes one, by the generic cell rate algorithm (ITU-T I.371): all there is to remember is the moment at which the whole
 * burst is there again. `fullAtMs` undefined: nothing was taken lately.
 */
export function takeOne(rate: Rate, fullAtMs: number | undefined, nowMs: number): Taken {
  const nextFullAtMs = Math.max(fullAtMs ?? nowMs, nowMs) + rate.intervalMs;
  const retryAfterMs = nextFullAtMs - rate.burst * rate.intervalMs - nowMs;
  return retryAfterMs > 0 ? { kind: 'exceeded', retryAfterMs } : { kind: 'taken', fullAtMs: nextFullAtMs };
}
