import { SignalboxError } from '../../../errors/signalbox-error.ts';

export interface PageWindow {
  /** From 1. */
  readonly page: number;
  readonly pageSize: number;
  readonly offset: number;
  readonly limit: number;
}

const DEFAULT_PAGE_SIZE = 20;
const MAX_PAGE_SIZE = 100;
// Further pages of 100 than Postgres could count.
const MAX_PAGE = 1_000_000_000;

/**
 * The page asked for; undefined where neither `page` nor `page_size` is given.
 *
 * @throws SignalboxError `guard.invalid_pagination`
 */
export function pageWindowOf(query: Readonly<Record<string, unknown>>): PageWindow | undefined {
  return query['page'] === undefined && query['page_size'] === undefined ? undefined : pageOf(query);
}

/**
 * The page asked for, the first where none is: of what only ever comes in pages.
 *
 * @throws SignalboxError `guard.invalid_pagination`
 */
export function pageOf(query: Readonly<Record<string, unknown>>): PageWindow {
  const page = wholeNumber(query, 'page', 1, MAX_PAGE);
  const pageSize = wholeNumber(query, 'page_size', DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE);
  return { page, pageSize, offset: (page - 1) * pageSize, limit: pageSize };
}

function wholeNumber(query: Readonly<Record<string, unknown>>, name: string, byDefault: number, max: number): number {
  const text = query[name];
  if (text === undefined) return byDefault;
  const value = typeof text === 'string' && /^\d{1,10}$/.test(text) ? Number(text) : 0;
  if (value >= 1 && value <= max) return value;
  const expected = `a whole number from 1 to ${max}`;
  throw new SignalboxError('guard.invalid_pagination', `${name} must be ${expected}`, {
    details: [{ field: name, why: 'is out of range', expected }],
  });
}
