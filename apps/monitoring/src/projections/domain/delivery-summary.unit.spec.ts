import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { anyFacts, attempted, deferred, expired, skipped } from '../../testing/facts.ts';
import { countsOf, noCounts } from './delivery-counts.ts';
import type { DeliveryFact } from './delivery-fact.ts';
import { emptySummary, isRequest, stateOf, withFact } from './delivery-summary.ts';

const summaryOf = (facts: readonly DeliveryFact[]) => facts.reduce(withFact, emptySummary);
const stateAfter = (...facts: DeliveryFact[]) => stateOf(summaryOf(facts));

describe('state of a delivery', () => {
  it('is the same for every order of its facts, however often each is read', () => {
    fc.assert(
      fc.property(
        anyFacts().chain((facts) =>
          fc.tuple(
            fc.constant(facts),
            fc.shuffledSubarray([...facts, ...facts], { minLength: facts.length * 2, maxLength: facts.length * 2 }),
          ),
        ),
        ([facts, again]) => {
          expect(summaryOf(again)).toEqual(summaryOf(facts));
        },
      ),
      { numRuns: 500 },
    );
  });

  it('is queued before anything has happened', () => {
    expect(stateAfter()).toBe('queued');
  });

  it('follows attempts and waits to the end', () => {
    const first = attempted({ outcome: 'retrying', nextAttemptAtMs: 10 });
    const wait = deferred({ attemptNumber: 2 });
    const second = attempted({ attemptNumber: 2, deferrals: 1, outcome: 'failed' });
    expect([stateAfter(first), stateAfter(first, wait), stateAfter(first, wait, second)]).toEqual([
      'retrying',
      'waiting',
      'failed',
    ]);
  });

  it('is final when a twin attempt ended it and the other owes a retry', () => {
    expect(
      stateAfter(attempted({ outcome: 'succeeded' }), attempted({ outcome: 'retrying', nextAttemptAtMs: 9 })),
    ).toBe('succeeded');
    expect(stateAfter(attempted({ outcome: 'failed' }), deferred({ attemptNumber: 2 }))).toBe('failed');
  });

  it('stays succeeded when a later round fails, and becomes so when a later round succeeds', () => {
    const won = attempted({ outcome: 'succeeded' });
    const lost = attempted({ outcome: 'failed' });
    expect(stateAfter(won, attempted({ ...lost, round: 1 }))).toBe('succeeded');
    expect(stateAfter(lost, attempted({ ...won, round: 1 }))).toBe('succeeded');
  });

  it('says why it waits and when it goes on, and neither once it has ended', () => {
    const { standing } = summaryOf([deferred({ reason: 'breaker open', detail: 'since 14:02:31', dueAtMs: 77 })]);
    expect(standing).toMatchObject({ reason: 'breaker open: since 14:02:31', nextAtMs: 77 });
    expect(summaryOf([deferred(), expired({ maxAgeMs: 259_200_000 })]).standing).toMatchObject({
      state: 'expired',
      nextAtMs: null,
      reason: 'could not be sent within 72 h',
    });
  });

  it('keeps the answer of the attempt that succeeded, else of the last', () => {
    const failedFirst = attempted({ outcome: 'retrying', nextAttemptAtMs: 1, statusCode: 503 });
    const failedLast = attempted({ attemptNumber: 2, outcome: 'failed', statusCode: 500 });
    expect(summaryOf([failedLast, failedFirst]).bestAttempt?.statusCode).toBe(500);
    expect(summaryOf([failedLast, attempted({ statusCode: 204 })]).bestAttempt?.statusCode).toBe(204);
  });
});

describe('what counts', () => {
  const countsAfter = (...facts: DeliveryFact[]) => countsOf(summaryOf(facts));

  it('is a request once attempted or expired', () => {
    expect([summaryOf([]), summaryOf([deferred()]), summaryOf([skipped()])].map(isRequest)).toEqual([
      false,
      false,
      false,
    ]);
    expect([summaryOf([attempted()]), summaryOf([expired()])].map(isRequest)).toEqual([true, true]);
  });

  it('counts a skipped one as failed only when it had been tried', () => {
    expect(countsAfter(skipped())).toEqual(noCounts);
    const tried = countsAfter(attempted({ outcome: 'retrying', nextAttemptAtMs: 1 }), skipped({ attemptNumber: 2 }));
    expect(tried).toMatchObject({ requests: 1, failed: 1, abandoned: 1, retrying: 0 });
    expect(countsAfter(expired())).toMatchObject({ requests: 1, failed: 1, expired: 1, abandoned: 0 });
  });

  it('holds each request in exactly one of succeeded, failed, retrying and waiting', () => {
    fc.assert(
      fc.property(anyFacts(), (facts) => {
        const counts = countsAfter(...facts);
        const sum = counts.succeeded + counts.failed + counts.retrying + counts.waiting;
        expect(sum).toBeLessThanOrEqual(1);
        if (counts.requests === 1) expect(sum).toBe(1);
        expect(counts.succeeded).toBe(
          facts.some((fact) => fact.kind === 'attempted' && fact.outcome === 'succeeded') ? 1 : 0,
        );
      }),
    );
  });
});
