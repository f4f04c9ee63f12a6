import { describe, expect, it } from '@jest/globals';
import type { RawQuery } from '../../../access/query-reader.ts';
import { refusalOf } from '../../../testing/refusal-of.ts';
import { pageLinks } from '../../domain/page-links.ts';
import { parseLogQuery } from './log-query.parser.ts';

const now = Date.parse('2026-03-02T14:20:31.500Z');
const parse = (query: RawQuery) => parseLogQuery(query, now);

describe('what recent-logs is asked for', () => {
  it('is the first twenty of the last 24 hours where nothing else is said', () => {
    expect(parse({})).toEqual({
      window: { fromMs: Date.parse('2026-03-01T14:21:00Z'), untilMs: Date.parse('2026-03-02T16:00:00Z') },
      logKey: null,
      page: 1,
      pageSize: 20,
      isCapped: false,
    });
  });

  it('is what the operator wants to be shown where no start is given', () => {
    const hours = 48 * 3_600_000;
    const windowOf = (query: RawQuery): object => parseLogQuery(query, now, hours).window;
    expect(windowOf({})).toMatchObject({ fromMs: Date.parse('2026-02-28T14:21:00Z') });
    expect(windowOf({ end_time: String(now) })).toMatchObject({ fromMs: now - hours });
    expect(windowOf({ start_time: '5' })).toMatchObject({ fromMs: 5 });
  });

  it.each<[RawQuery, object]>([
    [
      { page: '3', page_size: '100' },
      { page: 3, pageSize: 100 },
    ],
    [{ start_time: '5', end_time: '5' }, { window: { fromMs: 5, untilMs: 6 } }],
    [{ start_time: '5' }, { window: { fromMs: 5, untilMs: Date.parse('2026-03-02T16:00:00Z') } }],
    [{ end_time: '172800000' }, { window: { fromMs: 86_400_000, untilMs: 172_800_001 } }],
    [{ end_time: '0' }, { window: { fromMs: 0, untilMs: 1 } }],
    [
      { logKey: 'TriggerHook.User.Created', enableCap: 'true' },
      { logKey: 'TriggerHook.User.Created', isCapped: true },
    ],
  ])('takes %j', (query, expected) => {
    expect(parse(query)).toMatchObject(expected);
  });

  it.each<[RawQuery, string, readonly string[]]>([
    [{ page: '0' }, 'guard.invalid_pagination', ['page']],
    [{ page: '-1' }, 'guard.invalid_pagination', ['page']],
    [{ page: '1.5' }, 'guard.invalid_pagination', ['page']],
    [{ page: '' }, 'guard.invalid_pagination', ['page']],
    [{ page: ['1', '2'] }, 'guard.invalid_pagination', ['page']],
    [{ page_size: '101' }, 'guard.invalid_pagination', ['page_size']],
    [{ page: 'x', page_size: '0' }, 'guard.invalid_pagination', ['page', 'page_size']],
    [{ logKey: 'TriggerHook.\u0000' }, 'guard.invalid_input', ['logKey']],
    [{ start_time: 'yesterday' }, 'guard.invalid_input', ['start_time']],
    [{ start_time: '-5', end_time: '1e3' }, 'guard.invalid_input', ['start_time', 'end_time']],
    [{ end_time: '1'.repeat(16) }, 'guard.invalid_input', ['end_time']],
    [{ enableCap: 'yes' }, 'guard.invalid_input', ['enableCap']],
    [{ logKey: ['a', 'b'] }, 'guard.invalid_input', ['logKey']],
    [{ start_time: '6', end_time: '5' }, 'log.invalid_time_window', ['start_time']],
  ])('refuses %j with %s naming %j', (query, code, fields) => {
    const refused = refusalOf(() => parse(query));
    expect(refused.code).toBe(code);
    expect(refused.details?.map(({ field }) => field)).toEqual(fields);
    for (const { field, why, expected } of refused.details ?? []) {
      expect(refused.message).toContain(`${field}: ${why}; expected ${expected}`);
    }
  });
});

describe('links between pages', () => {
  const links = (page: number, total: number, isCapped = false) =>
    pageLinks('/logs', { logKey: 'a b' }, { page, pageSize: 10, total, isCapped })
      .split(', ')
      .map((link) => link.replace(/^<\/logs\?logKey=a\+b&page=(\d+)&page_size=10>; rel="(\w+)"$/, '$2 $1'));

  it('lead to the first, the previous, the next and the last page', () => {
    expect(links(2, 35)).toEqual(['first 1', 'prev 1', 'next 3', 'last 4']);
    expect(links(1, 0)).toEqual(['first 1', 'last 1']);
    expect(links(9, 35)).toEqual(['first 1', 'prev 4', 'last 4']);
  });

  it('have no next and no last page when the count was capped', () => {
    expect(links(2, 10_001, true)).toEqual(['first 1', 'prev 1']);
  });
});
