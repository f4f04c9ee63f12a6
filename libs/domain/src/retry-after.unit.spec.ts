import { describe, expect, it } from '@jest/globals';
import { attemptIdOf, deliveryIdOf } from './ids.ts';
import { parseRetryAfter } from './retry-after.ts';
import { DEFAULT_RETRY_POLICY, judgeAttempt } from './retry-schedule.ts';

const NOW_MS = Date.parse('2026-10-21T07:27:50Z');

describe('Retry-After', () => {
  it.each([
    ['120', 120_000],
    ['0', 0],
    [' 5 ', 5_000],
    ['99999999999', 99_999_999_999_000],
    ['Wed, 21 Oct 2026 07:28:00 GMT', 10_000],
    ['Wednesday, 21-Oct-26 07:28:00 GMT', 10_000],
    ['Wed Oct 21 07:28:00 2026', 10_000],
    ['Sun Nov  1 07:27:50 2026', 11 * 86_400_000],
    ['Wed, 21 Oct 2026 07:27:60 GMT', 10_000],
    ['Wed, 21 Oct 2026 7:28:00 GMT', 10_000],
    ['Wed, 21 Oct 2026 09:28:00 +0200', 10_000],
    ['Wed, 21 Oct 2020 07:28:00 GMT', 0],
    ['Sunday, 06-Nov-94 08:49:37 GMT', 0],
    ['Sun Nov  6 08:49:37 1994', 0],
    ['soon', undefined],
    ['', undefined],
    ['-1', undefined],
    ['1e9', undefined],
    ['1.5', undefined],
    ['Oct 21 2026', undefined],
    ['2026-10-21T07:28:00Z', undefined],
    ['Wed, 21 Oct 2026 07:28:00 PST', undefined],
    ['Wed, 21 Ocm 2026 07:28:00 GMT', undefined],
    ['Sat, 31 Feb 2026 07:28:00 GMT', undefined],
    ['Wed, 21 Oct 2026 24:00:00 GMT', undefined],
    ['Wed, 21 Oct 2026 07:60:00 GMT', undefined],
    [undefined, undefined],
  ])('%s asks for %s ms', (value, expected) => {
    expect(parseRetryAfter(value, NOW_MS)).toBe(expected);
  });

  it('of a year of two digits means the latest that is not more than 50 years ahead', () => {
    const yearsAhead = (lastDigits: string): number =>
      Math.round(
        (parseRetryAfter(`Thursday, 01-Jan-${lastDigits} 00:00:00 GMT`, Date.UTC(2026, 0)) ?? NaN) / 31_556_952_000,
      );
    expect(['27', '76', '77', '26'].map(yearsAhead)).toEqual([1, 50, 0, 0]);
    expect(parseRetryAfter('Friday, 01-Jan-00 00:00:00 GMT', Date.UTC(2099, 11, 31, 23))).toBe(3_600_000);
  });

  it('of any length is waited for an hour at most', () => {
    const retryAfterMs = parseRetryAfter('9'.repeat(400), NOW_MS) ?? 0;
    const id = attemptIdOf(deliveryIdOf('w', 'e'), 0, 1);
    const verdict = judgeAttempt({ statusCode: 429, retryAfterMs }, DEFAULT_RETRY_POLICY, 1, () => id);
    expect(verdict).toEqual({ kind: 'retry', delayMs: 3_600_000 });
  });
});
