import { parseDurations } from './durations.ts';

const MS_PER_HOUR = 3_600_000;
const MAX_DELAYS = 12;
const DELAY_MS = { min: 1_000, max: 86_400_000 };
const MAX_AGE_MS = { min: 60_000, max: 604_800_000 };
const RETRIES = { min: 0, max: 3 };
const TIMEOUT_SECONDS = { min: 1, max: 30 };
const RATE_LIMIT = { min: 1, max: 10_000 };

const isWithin = (value: number, { min, max }: { readonly min: number; readonly max: number }): boolean =>
  value >= min && value <= max;

export function areDelaysRight(text: string): boolean {
  const delays = parseDurations(text) ?? [];
  return delays.length > 0 && delays.length <= MAX_DELAYS && delays.every((delay) => isWithin(delay, DELAY_MS));
}

/** A delivery must live as long as its waits together. */
export function isMaxAgeRight(hours: number, delays: string): boolean {
  const sumMs = (parseDurations(delays) ?? []).reduce((sum, delay) => sum + delay, 0);
  return isWithin(hours * MS_PER_HOUR, MAX_AGE_MS) && hours * MS_PER_HOUR >= sumMs;
}

export const areRetriesRight = (count: number): boolean => Number.isInteger(count) && isWithin(count, RETRIES);

export const isTimeoutRight = (seconds: number): boolean => isWithin(seconds, TIMEOUT_SECONDS);

/** NaN is an empty field: no limit. */
export const isRateLimitRight = (perSecond: number): boolean =>
  Number.isNaN(perSecond) || (Number.isInteger(perSecond) && isWithin(perSecond, RATE_LIMIT));
