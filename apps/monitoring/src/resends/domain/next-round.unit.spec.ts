import { describe, expect, it } from '@jest/globals';
import { nextRound, wasResentSince } from './next-round.ts';

const seen = (round: number, state: string, nextAtMs: number | null = null) => ({ round, state, atMs: 50, nextAtMs });

describe('the next round of a delivery', () => {
  it.each(['succeeded', 'failed', 'expired', 'skipped'])('is one above the latest when that has %s', (state) => {
    expect(nextRound(seen(0, state), null)).toEqual({ kind: 'next', round: 1 });
    expect(nextRound(seen(3, state), 3)).toEqual({ kind: 'next', round: 4 });
  });

  it('is above what the log tells of, also where the requests were lost with a database', () => {
    expect(nextRound(seen(2, 'failed'), null)).toEqual({ kind: 'next', round: 3 });
    expect(nextRound(seen(2, 'failed'), 1)).toEqual({ kind: 'next', round: 3 });
  });

  it.each(['queued', 'retrying', 'waiting'])('is none while one is %s', (state) => {
    expect(nextRound(seen(1, state, 77), 1)).toEqual({ kind: 'open', nextAttemptAtMs: 77 });
  });

  it('is none while one was asked for that the log has not told of yet', () => {
    expect(nextRound(seen(0, 'failed'), 1)).toEqual({ kind: 'open', nextAttemptAtMs: null });
  });
});

describe('a delivery was resent since a time', () => {
  const failedAt = (round: number, atMs: number) => ({ round, state: 'failed', atMs, nextAtMs: null });
  const known = (requested: number, requestedAtMs: number) => ({ requested, requestedAtMs });
  const none = { requested: null, requestedAtMs: null };

  it('when its latest round was asked for later, and not when that only ended later', () => {
    expect(wasResentSince({ seen: failedAt(1, 90), ...known(1, 51) }, 50)).toBe(true);
    expect(wasResentSince({ seen: failedAt(1, 90), ...known(1, 50) }, 50)).toBe(false);
  });

  it('when a round that nobody is known to have asked for ended later', () => {
    expect(wasResentSince({ seen: failedAt(1, 51), ...none }, 50)).toBe(true);
    expect(wasResentSince({ seen: failedAt(2, 51), ...known(1, 10) }, 50)).toBe(true);
    expect(wasResentSince({ seen: failedAt(2, 50), ...known(1, 10) }, 50)).toBe(false);
  });

  it("never by the event's own round", () => {
    expect(wasResentSince({ seen: failedAt(0, 90), ...none }, 50)).toBe(false);
  });
});
