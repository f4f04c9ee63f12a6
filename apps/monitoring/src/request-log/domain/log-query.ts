import { last24Hours } from '@signalbox/domain';

/** Query parameters as they come: a name given twice is a list. */
export type RawQuery = Readonly<Record<string, string | readonly string[] | undefined>>;

export interface FieldFault {
  readonly field: string;
  readonly message: string;
}

export interface InvalidQuery {
  readonly code: 'guard.invalid_input' | 'guard.invalid_pagination' | 'log.invalid_time_window';
  readonly message: string;
  readonly details: readonly FieldFault[];
}

/** Half-open, Unix ms. */
export interface TimeWindow {
  readonly fromMs: number;
  readonly untilMs: number;
}

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

const DEFAULT_PAGE_SIZE = 20;
const MAX_PAGE_SIZE = 100;
const MAX_PAGE = 1_000_000_000;
const DAY_MS = 86_400_000;

/** What `recent-logs` is asked for, or why it cannot be told; see section 5 of the webhook contract. */
export function parseLogQuery(query: RawQuery, nowMs: number): LogQuery | InvalidQuery {
  const page = parsePage(query['page'], 1, MAX_PAGE);
  const pageSize = parsePage(query['page_size'], DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE);
  if (page === undefined || pageSize === undefined) {
    return invalid('guard.invalid_pagination', [
      ...faultIf(page === undefined, 'page', 'must be a whole number from 1'),
      ...faultIf(pageSize === undefined, 'page_size', `must be a whole number from 1 to ${MAX_PAGE_SIZE}`),
    ]);
  }
  const start = parseTime(query['start_time']);
  const end = parseTime(query['end_time']);
  const { logKey = null, enableCap = 'false' } = query;
  const isFlag = enableCap === 'true' || enableCap === 'false';
  if (start === undefined || end === undefined || !isFlag || isList(logKey) || hasNul(logKey)) {
    return invalid('guard.invalid_input', [
      ...faultIf(start === undefined, 'start_time', 'must be Unix milliseconds'),
      ...faultIf(end === undefined, 'end_time', 'must be Unix milliseconds'),
      ...faultIf(!isFlag, 'enableCap', 'must be true or false'),
      ...faultIf(isList(logKey), 'logKey', 'must be given once'),
      ...faultIf(hasNul(logKey), 'logKey', 'must be TriggerHook. and the name of an event'),
    ]);
  }
  if (start !== null && end !== null && start > end) {
    return invalid('log.invalid_time_window', [{ field: 'start_time', message: 'must not be after end_time' }]);
  }
  return { window: windowOf(start, end, nowMs), logKey, page, pageSize, isCapped: enableCap === 'true' };
}

/** Both bounds are inclusive. An end alone means the 24 hours up to it; a start alone everything since. */
export function windowOf(start: number | null, end: number | null, nowMs: number): TimeWindow {
  const recent = last24Hours(nowMs);
  const untilMs = end === null ? recent.untilMs : end + 1;
  if (start !== null) return { fromMs: start, untilMs };
  return { fromMs: end === null ? recent.fromMs : Math.max(0, end - DAY_MS), untilMs };
}

/** Unix ms; null where none is given, undefined for what is none. */
export function parseTime(value: string | readonly string[] | undefined): number | null | undefined {
  if (value === undefined) return null;
  // Fifteen digits reach to the year 33658, well within what Postgres and a Date can hold.
  return typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : undefined;
}

export function invalid(code: InvalidQuery['code'], details: readonly FieldFault[]): InvalidQuery {
  return { code, message: details.map(({ field, message }) => `${field} ${message}`).join('; '), details };
}

export function faultIf(isFault: boolean, field: string, message: string): readonly FieldFault[] {
  return isFault ? [{ field, message }] : [];
}

function parsePage(value: string | readonly string[] | undefined, byDefault: number, max: number): number | undefined {
  if (value === undefined) return byDefault;
  if (typeof value !== 'string' || !/^\d{1,10}$/.test(value)) return undefined;
  const number = Number(value);
  return number >= 1 && number <= max ? number : undefined;
}

/** Postgres has no such character; no name of an event has one. */
export function hasNul(value: unknown): boolean {
  return typeof value === 'string' && value.includes('\u0000');
}

function isList(value: string | readonly string[] | null): value is readonly string[] {
  return typeof value === 'object' && value !== null;
}
