import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Standstill } from './standstill.ts';

const noting = (...timesMs: readonly number[]): Standstill => {
  const standstill = new Standstill();
  for (const nowMs of timesMs) standstill.note(nowMs);
  return standstill;
};

describe('a standstill', () => {
  it('excuses when what was lost in gaps adds up to a quarter of the timeout', () => {
    const standstill = noting(0, 300, 350, 650, 700, 1_000, 1_050, 1_350);
    expect(standstill.excuses(0, 4_800)).toBe(true);
    expect(standstill.excuses(0, 4_801)).toBe(false);
  });

  it('excuses when 2 s were lost, however long the timeout is', () => {
    expect(noting(0, 1_000, 1_050, 2_050).excuses(0, 30_000)).toBe(true);
    expect(noting(0, 1_000, 1_050, 2_049).excuses(0, 30_000)).toBe(false);
  });

  it('excuses no attempt for less than half a second, however short its timeout is', () => {
    expect(noting(0, 300).excuses(0, 1_000)).toBe(false);
    expect(noting(0, 300, 350, 600).excuses(0, 1_000)).toBe(true);
  });

  it('is not what a busy event loop does: an endpoint that hangs is found meanwhile', () => {
    const busy = noting(...Array.from({ length: 200 }, (_, index) => index * 249));
    expect(busy.excuses(0, 1_000)).toBe(false);
  });

  it('counts for what was under way alone, from its beginning', () => {
    const standstill = noting(0, 1_000);
    expect(standstill.excuses(500, 2_000)).toBe(true);
    expect(standstill.excuses(501, 2_000)).toBe(false);
    expect(standstill.excuses(1_000, 1_000)).toBe(false);
  });

  it('judges like the sum of all gaps, though it remembers few of them', () => {
    const stepsMs = fc.array(fc.oneof(fc.integer({ min: 1, max: 249 }), fc.integer({ min: 250, max: 600 })), {
      maxLength: 80,
    });
    fc.assert(
      fc.property(stepsMs, fc.nat(20_000), fc.integer({ min: 1_000, max: 30_000 }), (steps, sinceMs, timeoutMs) => {
        const timesMs = [0];
        for (const step of steps) timesMs.push((timesMs.at(-1) ?? 0) + step);
        let lostMs = 0;
        for (const [index, toMs] of timesMs.entries()) {
          const fromMs = timesMs[index - 1] ?? toMs;
          if (toMs - fromMs >= 250) lostMs += Math.max(0, toMs - Math.max(fromMs, sinceMs));
        }
        expect(noting(...timesMs).excuses(sinceMs, timeoutMs)).toBe(
          lostMs >= Math.min(Math.max(timeoutMs / 4, 500), 2_000),
        );
      }),
    );
  });
});
