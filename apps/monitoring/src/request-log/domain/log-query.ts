import { last24Hours } from '@signalbox/domain';

/** Half-open, Unix ms. */
export interface TimeWindow {
  readonly fromMs: number;
  readonly untilMs: number;
}

/** What `recent-logs` is asked for. */
export interface LogQuery {
  readonly window: TimeWindow;
  /** Entries of this key alone, e.g. `TriggerHook.User.Created`. */
  readonly logKey: string | null;
  /** From 1. */
  readonly page: number;
  readonly pageSize: number;
  /** Whether counting may end at {@link COUNT_CAP}. */
  readonly isCapped: boolean;
}

/** Above this a capped count says only that there are more. */
export const COUNT_CAP = 10_000;

/** What is shown where no time is asked for, unless the operator wants something else. */
export const DAY_MS = 86_400_000;

/** Both bounds are inclusive. An end alone means the time shown (24 hours) up to it; a start alone everything since. */
export function windowOf(start: number | null, end: number | null, nowMs: number, shownMs: number): TimeWindow {
  const recent = last24Hours(nowMs);
  const untilMs = end === null ? recent.untilMs : end + 1;
  if (start !== null) return { fromMs: start, untilMs };
  const fromMs = end === null ? recent.fromMs + DAY_MS - shownMs : end - shownMs;
  return { fromMs: Math.max(0, fromMs), untilMs };
}
