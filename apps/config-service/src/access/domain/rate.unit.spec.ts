import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { takeOne } from './rate.ts';

describe('a rate', () => {
  it('never lets more through than a burst and one for each interval, and as much as that', () => {
    fc.assert(
      fc.property(
        fc.record({ burst: fc.integer({ min: 1, max: 20 }), intervalMs: fc.integer({ min: 1, max: 1_000 }) }),
        fc.array(fc.integer({ min: 0, max: 500 }), { maxLength: 200 }),
        (rate, gaps) => {
          let fullAtMs: number | undefined;
          let nowMs = 0;
          const takenAtMs: number[] = [];
          for (const gap of gaps) {
            nowMs += gap;
            const taken = takeOne(rate, fullAtMs, nowMs);
            if (taken.kind === 'taken') {
              fullAtMs = taken.fullAtMs;
              takenAtMs.push(nowMs);
            } else {
              // What it promises holds, and no earlier.
              expect(takeOne(rate, fullAtMs, nowMs + taken.retryAfterMs).kind).toBe('taken');
              expect(takeOne(rate, fullAtMs, nowMs + taken.retryAfterMs - 1).kind).toBe('exceeded');
            }
          }
          for (const [first, from] of takenAtMs.entries()) {
            for (const [last, to] of takenAtMs.entries()) {
              if (last < first) continue;
              expect(last - first + 1).toBeLessThanOrEqual(rate.burst + Math.floor((to - from) / rate.intervalMs));
            }
          }
        },
      ),
    );
  });
});
