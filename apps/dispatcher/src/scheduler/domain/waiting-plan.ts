/** The last part of a wait is held in memory, where it ends on time. */
export const HELD_MS = 5_000;

export type WaitingPlan =
  /** Hold it in memory and look at it again then. */
  | { readonly kind: 'hold'; readonly wakeAtMs: number }
  /** Read on no further in this partition before then. */
  | { readonly kind: 'pause'; readonly untilMs: number };

/**
 * What to do with the next record of a tier. A tier waits exactly its delay from the record's append time; after it the
 * record hops on. So the next record of a partition is always the next due, and nothing behind it can be due before.
 */
export function planWait(record: {
  readonly appendedAtMs: number;
  readonly tierDelayMs: number;
  readonly dueAtMs: number;
  readonly nowMs: number;
}): WaitingPlan {
  const { appendedAtMs, tierDelayMs, dueAtMs, nowMs } = record;
  // Clocks differ: the tier's end may seem to lie after the due-at, or long before now.
  const wakeAtMs = Math.max(nowMs, Math.min(dueAtMs, appendedAtMs + tierDelayMs));
  return wakeAtMs <= nowMs + HELD_MS ? { kind: 'hold', wakeAtMs } : { kind: 'pause', untilMs: wakeAtMs - HELD_MS };
}

/** What to do with a record whose time in memory is over. */
export type NextStep =
  | { readonly kind: 'deliver' }
  | { readonly kind: 'hold'; readonly wakeAtMs: number }
  | { readonly kind: 'hop'; readonly remainingMs: number };

export function nextStep(dueAtMs: number, nowMs: number): NextStep {
  const remainingMs = dueAtMs - nowMs;
  if (remainingMs <= 0) return { kind: 'deliver' };
  return remainingMs <= HELD_MS ? { kind: 'hold', wakeAtMs: dueAtMs } : { kind: 'hop', remainingMs };
}
