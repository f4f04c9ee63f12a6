import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { attemptIdOf, deliveryIdOf } from './ids.ts';
import { DEFAULT_RETRY_POLICY, judgeAttempt, spread } from './retry-schedule.ts';

const id = attemptIdOf(deliveryIdOf('w', 'e'), 0, 1);
const judge = (statusCode: number | undefined, attemptNumber = 1, more: object = {}): string =>
  judgeAttempt(
    { ...(statusCode === undefined ? {} : { statusCode }), ...more },
    DEFAULT_RETRY_POLICY,
    attemptNumber,
    () => id,
  ).kind;

describe('retry schedule', () => {
  it.each([
    [200, 'succeeded'],
    [204, 'succeeded'],
    [301, 'give up'],
    [400, 'give up'],
    [404, 'give up'],
    [408, 'retry'],
    [425, 'retry'],
    [429, 'retry'],
    [500, 'retry'],
    [503, 'retry'],
    [undefined, 'retry'],
  ])('after status %s: %s', (status, expected) => {
    expect(judge(status)).toBe(expected);
  });

  it('tries every non-2xx again with the standard preset', () => {
    const policy = { ...DEFAULT_RETRY_POLICY, preset: 'standard' as const };
    expect(judgeAttempt({ statusCode: 400 }, policy, 1, () => id).kind).toBe('retry');
    expect(judgeAttempt({ statusCode: 302 }, policy, 1, () => id).kind).toBe('retry');
  });

  it('gives up after as many retries as there are delays, or when the receiver says so', () => {
    expect([1, 2, 3, 4].map((attemptNumber) => judge(500, attemptNumber))).toEqual([
      'retry',
      'retry',
      'retry',
      'give up',
    ]);
    expect(judge(500, 1, { isAborted: true })).toBe('give up');
  });

  it('tries as often as a policy of twelve delays says, each after its own delay', () => {
    const policy = { ...DEFAULT_RETRY_POLICY, delaysMs: Array.from({ length: 12 }, (_, index) => 1_000 * 2 ** index) };
    const verdicts = Array.from({ length: 13 }, (_, index) =>
      judgeAttempt({ statusCode: 500 }, policy, index + 1, () => id),
    );
    const delays = verdicts.flatMap((verdict) => (verdict.kind === 'retry' ? [verdict.delayMs] : []));
    expect(delays).toEqual(policy.delaysMs.map((delayMs) => spread(delayMs, id)));
    expect(verdicts.at(-1)).toEqual({ kind: 'give up' });
  });

  it('waits at least as long as the receiver asks, up to one hour', () => {
    const delay = (retryAfterMs: number): number => {
      const verdict = judgeAttempt({ statusCode: 503, retryAfterMs }, DEFAULT_RETRY_POLICY, 1, () => id);
      return verdict.kind === 'retry' ? verdict.delayMs : -1;
    };
    expect(delay(60_000)).toBe(60_000);
    expect(delay(86_400_000)).toBe(3_600_000);
    expect(delay(0)).toBe(spread(5_000, id));
  });

  describe('of a delivery that expires soon', () => {
    const policy = { ...DEFAULT_RETRY_POLICY, delaysMs: [60_000], maxAgeMs: 60_000 };
    const delayOf = (leftMs: number, attempt = id, more: object = {}): number => {
      const verdict = judgeAttempt({ statusCode: 429, leftMs, ...more }, policy, 1, () => attempt);
      return verdict.kind === 'retry' ? verdict.delayMs : NaN;
    };

    it('makes the next attempt before, as far as the spread goes', () => {
      fc.assert(
        fc.property(fc.string(), fc.integer({ min: 49_000, max: 60_000 }), (event, leftMs) => {
          const attempt = attemptIdOf(deliveryIdOf('w', event), 0, 1);
          expect(delayOf(leftMs, attempt)).toBe(Math.min(spread(60_000, attempt), leftMs - 1_000));
        }),
      );
    });

    it('lets it end in time where neither the delay nor what the receiver asks for fits', () => {
      expect(delayOf(48_000)).toBe(48_001);
      expect(delayOf(50_000, id, { retryAfterMs: 3_600_000 })).toBe(50_001);
      expect(delayOf(-1)).toBe(0);
    });

    it('waits for as long as the receiver asks where that fits', () => {
      expect(delayOf(60_000, id, { retryAfterMs: 59_000 })).toBe(59_000);
      expect(delayOf(60_000, id, { retryAfterMs: 59_900 })).toBe(
        Math.max(59_900, Math.min(60_001, spread(60_000, id))),
      );
    });
  });

  it('spreads a delay within 20 %, always the same for the same id', () => {
    fc.assert(
      fc.property(fc.string(), fc.integer({ min: 1_000, max: 86_400_000 }), (event, delayMs) => {
        const attempt = attemptIdOf(deliveryIdOf('w', event), 0, 1);
        const spreaded = spread(delayMs, attempt);
        expect(spreaded).toBeGreaterThanOrEqual(Math.floor(delayMs * 0.8));
        expect(spreaded).toBeLessThanOrEqual(Math.ceil(delayMs * 1.2));
        expect(spread(delayMs, attempt)).toBe(spreaded);
      }),
    );
  });
});
