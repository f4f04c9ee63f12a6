import { describe, expect, it } from '@jest/globals';
import type { TimelineEntry } from './deliveries.query.ts';
import { advisingEntries, durationSteps, roundsOf } from './timeline-rounds.ts';

const attempted = (round: number, startedAt: number, at: number, more: Partial<TimelineEntry> = {}): TimelineEntry => ({
  kind: 'attempted',
  round,
  startedAt,
  at,
  outcome: 'failed',
  ...more,
});

describe('what happened to a request', () => {
  it('is told by rounds, with the wait from the end of one step to the start of the next', () => {
    const rounds = roundsOf([
      attempted(0, 100, 150, { outcome: 'retrying', nextAttemptAt: 5_150 }),
      { kind: 'deferred', round: 0, at: 5_200, reason: 'breaker open', nextAttemptAt: 9_000 },
      attempted(0, 9_010, 9_020),
      { kind: 'resent', round: 1, at: 20_000, actor: 'key:ops' },
      attempted(1, 20_100, 20_110, { outcome: 'succeeded' }),
    ]);
    expect(rounds.map(({ round, asked, dueAtMs }) => [round, asked?.actor, dueAtMs])).toEqual([
      [0, undefined, undefined],
      [1, 'key:ops', undefined],
    ]);
    expect(rounds.map(({ steps }) => steps.map(({ waitedMs }) => waitedMs))).toEqual([
      [undefined, 5_050, 3_810],
      [undefined],
    ]);
  });

  it('says when the next attempt is due while one is to come', () => {
    expect(roundsOf([attempted(0, 0, 10, { outcome: 'retrying', nextAttemptAt: 5_010 })])[0]?.dueAtMs).toBe(5_010);
    const deferred: TimelineEntry = { kind: 'deferred', round: 0, at: 20, nextAttemptAt: 7_000 };
    expect(roundsOf([deferred])[0]?.dueAtMs).toBe(7_000);
  });

  it('has a round that was asked for and has not begun', () => {
    expect(roundsOf([{ kind: 'resent', round: 2, at: 5, actor: 'me' }])).toMatchObject([{ round: 2, steps: [] }]);
  });
});

describe('the duration of an attempt', () => {
  it('is cut into the steps that happened, and what is left of it', () => {
    expect(durationSteps({ connect: 3, firstByte: 20, total: 25 })).toEqual([
      ['connect', 3],
      ['firstByte', 20],
      ['rest', 2],
    ]);
  });
});

describe('what to do about an error', () => {
  it('is said at the last attempt that failed so, and at no other', () => {
    const timeline = [
      attempted(0, 1, 2, { errorClass: 'connect' }),
      attempted(0, 3, 4, { errorClass: 'timeout' }),
      attempted(1, 5, 6, { errorClass: 'connect' }),
      attempted(1, 7, 8, { outcome: 'succeeded' }),
    ];
    expect([...advisingEntries(timeline)].map(({ at }) => at).toSorted()).toEqual([4, 6]);
  });
});
