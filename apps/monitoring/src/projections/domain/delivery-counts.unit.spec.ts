import { describe, expect, it } from '@jest/globals';
import { attempted, deferred, skipped } from '../../testing/facts.ts';
import type { DeliveryCounts } from './delivery-counts.ts';
import { COUNTED, countsOf } from './delivery-counts.ts';
import type { DeliveryFact } from './delivery-fact.ts';
import { emptySummary, withFact } from './delivery-summary.ts';

/** The counts that are not 0. */
function countedOf(...facts: readonly DeliveryFact[]): readonly (keyof DeliveryCounts)[] {
  const counts = countsOf(facts.reduce(withFact, emptySummary));
  return COUNTED.filter((name) => counts[name] !== 0);
}

const retrying = attempted({ round: 1, outcome: 'retrying', statusCode: 503, nextAttemptAtMs: 9 });
const failed = attempted({ round: 1, attemptNumber: 2, outcome: 'failed', statusCode: 503 });

describe('what a delivery that was skipped counts as', () => {
  it('is nothing as long as it was never tried', () => {
    expect(countedOf(skipped())).toEqual([]);
    expect(countedOf(skipped(), deferred({ round: 1 }))).toEqual([]);
  });

  it('is open while its resend is under way, and failed only when that has failed', () => {
    expect(countedOf(skipped(), retrying)).toEqual(['requests', 'retrying']);
    expect(countedOf(skipped(), retrying, deferred({ round: 1, attemptNumber: 2 }))).toEqual(['requests', 'waiting']);
    expect(countedOf(skipped(), retrying, failed)).toEqual(['requests', 'failed']);
    expect(countedOf(skipped(), retrying, skipped({ round: 1, attemptNumber: 2 }))).toEqual([
      'requests',
      'failed',
      'abandoned',
    ]);
  });

  it('is open while a resend is under way also where a round before the skipped one had failed', () => {
    const before = [attempted({ outcome: 'failed', statusCode: 500 }), skipped({ round: 1 })] as const;
    expect(countedOf(...before)).toEqual(['requests', 'failed', 'abandoned']);
    const again = attempted({ round: 2, outcome: 'retrying', statusCode: 503, nextAttemptAtMs: 9 });
    expect(countedOf(...before, again)).toEqual(['requests', 'retrying']);
    expect(countedOf(...before, again, attempted({ round: 2, attemptNumber: 2 }))).toEqual(['requests', 'succeeded']);
  });

  it('is failed when it had been tried before, also while a resend is under way', () => {
    const first = attempted({ outcome: 'retrying', nextAttemptAtMs: 5 });
    const abandoned = ['requests', 'failed', 'abandoned'];
    expect(countedOf(first, skipped({ attemptNumber: 2 }))).toEqual(abandoned);
    expect(countedOf(first, skipped({ attemptNumber: 2 }), retrying)).toEqual(abandoned);
  });
});
