import { describe, expect, it } from '@jest/globals';
import { attempted, deferred, expired, skipped } from '../../testing/facts.ts';
import { countsOf } from './delivery-counts.ts';
import type { DeliveryFact } from './delivery-fact.ts';
import type { DeliverySummary } from './delivery-summary.ts';
import { emptySummary, stateOf, withFact, withRound } from './delivery-summary.ts';

/** A fact, or the number of a round whose record was seen. */
type Step = DeliveryFact | number;

const failed = { statusCode: 503, errorClass: 'http-status', error: 'it answered 503' } as const;
const retrying = (attemptNumber: number, atMs: number, round = 0) =>
  attempted({ ...failed, outcome: 'retrying', attemptNumber, round, atMs, nextAttemptAtMs: atMs + 5_000 });
const ended = (attemptNumber: number, atMs: number, round = 0) =>
  attempted({ ...failed, outcome: 'failed', attemptNumber, round, atMs });
const succeeded = (attemptNumber: number, atMs: number, round = 0) => attempted({ attemptNumber, round, atMs });

/** What happens to deliveries, and the state and round it comes to. */
const HISTORIES: readonly (readonly [name: string, steps: readonly Step[], state: string, round: string])[] = [
  [
    'three retries and success',
    [0, retrying(1, 1), retrying(2, 2), retrying(3, 3), succeeded(4, 4)],
    'succeeded',
    '0 succeeded',
  ],
  ['all retries in vain', [0, retrying(1, 1), retrying(2, 2), ended(3, 3)], 'failed', '0 failed'],
  [
    'an outage, put off again and again',
    [
      0,
      retrying(1, 1),
      deferred({ attemptNumber: 2, atMs: 2 }),
      deferred({ attemptNumber: 2, deferrals: 1, atMs: 3 }),
      succeeded(2, 4),
    ],
    'succeeded',
    '0 succeeded',
  ],
  [
    'put off until too old',
    [0, deferred({ atMs: 1 }), deferred({ deferrals: 1, atMs: 2 }), expired({ deferrals: 2, atMs: 3 })],
    'expired',
    '0 expired',
  ],
  [
    'given up, as its webhook was disabled',
    [0, retrying(1, 1), skipped({ attemptNumber: 2, atMs: 2 })],
    'skipped',
    '0 skipped',
  ],
  [
    'a twin after a kill -9',
    [0, retrying(1, 1), retrying(1, 9), succeeded(1, 5), succeeded(2, 12)],
    'succeeded',
    '0 succeeded',
  ],
  ['facts read twice', [0, retrying(1, 1), retrying(1, 1), ended(2, 2), ended(2, 2)], 'failed', '0 failed'],
  ['a resend that succeeds', [0, ended(1, 1), 1, retrying(1, 2, 1), succeeded(2, 3, 1)], 'succeeded', '1 succeeded'],
  [
    'a resend that fails after success',
    [0, succeeded(1, 1), 1, retrying(1, 2, 1), ended(2, 3, 1)],
    'succeeded',
    '1 failed',
  ],
  ['a resend under way', [0, ended(1, 1), 1, deferred({ round: 1, atMs: 2 })], 'failed', '1 waiting'],
  ['a second resend just begun', [0, ended(1, 1), 1, ended(1, 2, 1), 2], 'failed', '2 queued'],
  [
    'a resend that was skipped, and another one under way',
    [0, ended(1, 1), 1, skipped({ round: 1, atMs: 2 }), 2, retrying(1, 3, 2)],
    'skipped',
    '2 retrying',
  ],
  ['clocks that disagree', [0, retrying(1, 900), retrying(2, 100), ended(3, 500)], 'failed', '0 failed'],
];

function* permutations<T>(items: readonly T[]): Generator<readonly T[]> {
  if (items.length < 2) yield items;
  for (const [index, item] of items.entries()) {
    if (items.length < 2) return;
    for (const rest of permutations(items.toSpliced(index, 1))) yield [item, ...rest];
  }
}

function summaryOf(steps: readonly Step[]): DeliverySummary {
  return steps.reduce<DeliverySummary>(
    (summary, step) => (typeof step === 'number' ? withRound(summary, step) : withFact(summary, step)),
    emptySummary,
  );
}

describe('every order of what happened comes to the same', () => {
  it.each(HISTORIES)('%s', (_name, steps, state, round) => {
    const expected = summaryOf(steps);
    expect(stateOf(expected)).toBe(state);
    expect(`${expected.round.round} ${expected.round.state}`).toBe(round);
    let orders = 0;
    for (const order of permutations(steps)) {
      const summary = summaryOf(order);
      if (JSON.stringify(summary) !== JSON.stringify(expected))
        expect({ order, summary }).toEqual({ order, summary: expected });
      if (countsOf(summary) !== countsOf(expected)) expect({ order }).toBe('the same counts');
      orders++;
    }
    expect(orders).toBe(steps.reduce<number>((product, _step, index) => product * (index + 1), 1));
  });
});
