import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { LATENCY_BOUNDS_MS, LATENCY_BUCKET_COUNT, latencyBucketOf, latencyQuantile } from './latency-buckets.ts';

const countsOf = (durations: readonly number[]): number[] => {
  const counts = Array.from({ length: LATENCY_BUCKET_COUNT }, () => 0);
  for (const duration of durations) counts[latencyBucketOf(duration)]! += 1;
  return counts;
};

describe('latency buckets', () => {
  it('put each bound in the bucket it ends, and what is above it in the next', () => {
    for (const [index, bound] of LATENCY_BOUNDS_MS.entries()) {
      expect([bound, latencyBucketOf(bound)]).toEqual([bound, index]);
      expect(latencyBucketOf(bound * 1.0001)).toBe(index + 1);
    }
    for (const odd of [0, -1, Number.NaN]) expect(latencyBucketOf(odd)).toBe(0);
    expect(latencyBucketOf(1e12)).toBe(LATENCY_BUCKET_COUNT - 1);
  });

  it('give a quantile within 12.3 % of the exact one', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 1, max: 32_000, noNaN: true }), { minLength: 1, maxLength: 200 }),
        fc.constantFrom(0.5, 0.95, 0.99),
        (durations, quantile) => {
          const exact =
            durations.toSorted((a, b) => a - b)[Math.max(1, Math.ceil(quantile * durations.length)) - 1] ?? 0;
          const estimate = latencyQuantile(countsOf(durations), quantile) ?? 0;
          expect(Math.abs(estimate / exact - 1)).toBeLessThan(0.124 + 0.005);
        },
      ),
    );
  });

  it('have no quantile while nothing was counted', () => {
    expect(latencyQuantile(countsOf([]), 0.5)).toBeNull();
  });
});
