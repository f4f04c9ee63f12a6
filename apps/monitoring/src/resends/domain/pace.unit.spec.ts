import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { Pace } from './pace.ts';

/** How many go when `allowed` is asked at these times and all that is allowed is taken. */
function gone(ratePerSecond: number, timesMs: readonly number[]): number {
  const pace = new Pace(0);
  let count = 0;
  for (const timeMs of timesMs) {
    const allowed = pace.allowed(ratePerSecond, timeMs);
    pace.spend(allowed);
    count += allowed;
  }
  return count;
}

const everyMs = (stepMs: number, untilMs: number) =>
  Array.from({ length: untilMs / stepMs }, (_, index) => (index + 1) * stepMs);

describe('a pace', () => {
  it.each([1, 7, 40, 1_000])('lets %i a second through', (rate) => {
    expect(gone(rate, everyMs(250, 20_000))).toBeGreaterThanOrEqual(rate * 20);
    expect(gone(rate, everyMs(250, 20_000))).toBeLessThanOrEqual(rate * 20 + 1);
  });

  it('is never above the rate, whenever it is asked, but for what a second saves up', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1_000 }),
        fc.array(fc.nat({ max: 5_000 }), { maxLength: 50 }),
        (rate, steps) => {
          let atMs = 0;
          const times = steps.map((step) => (atMs += step));
          expect(gone(rate, times)).toBeLessThanOrEqual((atMs / 1_000) * rate + 1);
        },
      ),
    );
  });

  it('makes up for no pause by a burst', () => {
    expect(gone(10, [3_600_000])).toBe(10);
  });

  it('goes on when a clock is set back', () => {
    expect(gone(10, [5_000, 1_000, 2_000])).toBe(10);
    expect(gone(10, [5_000, 1_000, 5_100])).toBe(11);
  });
});
