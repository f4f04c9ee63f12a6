import { describe, expect, it } from '@jest/globals';
import { RETRY_TIERS, retryTierFor } from '@signalbox/contracts';
import fc from 'fast-check';
import { HELD_MS, nextStep, planWait } from './waiting-plan.ts';

describe('waiting in tiers', () => {
  it('reaches any due-at by hops, each the largest tier that fits, and never early', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 7 * 86_400_000 }), (waitMs) => {
        const dueAtMs = waitMs;
        let nowMs = 0;
        let tier = retryTierFor(dueAtMs - nowMs);
        for (let hops = 0; ; hops++) {
          expect(hops).toBeLessThan(60);
          const tierDelayMs = RETRY_TIERS[tier]?.delayMs ?? 0;
          const plan = planWait({ appendedAtMs: nowMs, tierDelayMs, dueAtMs, nowMs });
          nowMs = plan.kind === 'pause' ? plan.untilMs : plan.wakeAtMs;
          if (plan.kind === 'pause') {
            const held = planWait({ appendedAtMs: nowMs + HELD_MS - tierDelayMs, tierDelayMs, dueAtMs, nowMs });
            expect(held.kind).toBe('hold');
            if (held.kind === 'hold') nowMs = held.wakeAtMs;
          }
          const step = nextStep(dueAtMs, nowMs);
          if (step.kind === 'hold') nowMs = step.wakeAtMs;
          if (step.kind !== 'hop') break;
          tier = retryTierFor(step.remainingMs);
        }
        expect(nowMs).toBe(dueAtMs);
      }),
    );
  });

  it('takes what is overdue at once, whatever its tier', () => {
    const plan = planWait({ appendedAtMs: 0, tierDelayMs: 28_800_000, dueAtMs: 50, nowMs: 100 });
    expect(plan).toEqual({ kind: 'hold', wakeAtMs: 100 });
    expect(nextStep(50, 100)).toEqual({ kind: 'deliver' });
  });

  it('reads no further in a tier whose head is not due soon', () => {
    const plan = planWait({ appendedAtMs: 1_000, tierDelayMs: 30_000, dueAtMs: 40_000, nowMs: 2_000 });
    expect(plan).toEqual({ kind: 'pause', untilMs: 31_000 - HELD_MS });
  });
});
