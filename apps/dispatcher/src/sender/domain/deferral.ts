import { spread } from '@signalbox/domain';

const SHORTEST_MS = 5_000;
const LONGEST_MS = 3_600_000;

/** When the turn of a delivery that cannot go now is to be expected. */
export interface ExpectedTurn {
  readonly expectedWaitMs: number;
  /**
   * `booked`: its own place in a line, which needs no spreading. `next`: it is to go first, so nothing makes it later.
   * `not before`: others wait for the same moment.
   */
  readonly kind: 'booked' | 'next' | 'not before';
}

export const SOON: ExpectedTurn = { expectedWaitMs: 0, kind: 'not before' };

/**
 * When a delivery that could not go should be looked at again: at its expected turn, at least 5 s from now, and twice as
 * late each time it was put off before, so that a parked backlog moves rarely. Spread by a hash, never at random. When it
 * expires before, then: it is to end in time.
 */
export function deferralDueAtMs(
  nowMs: number,
  deferrals: number,
  turn: ExpectedTurn,
  id: string,
  expiresAtMs = Infinity,
): number {
  const doubledMs = spread(Math.min(LONGEST_MS, SHORTEST_MS * 2 ** Math.min(deferrals, 20)), id);
  return Math.round(Math.max(nowMs, Math.min(nowMs + waitMs(turn, doubledMs, id), expiresAtMs + 1)));
}

function waitMs({ expectedWaitMs, kind }: ExpectedTurn, doubledMs: number, id: string): number {
  switch (kind) {
    case 'next':
      return Math.max(SHORTEST_MS, expectedWaitMs);
    case 'booked':
      return Math.max(doubledMs, expectedWaitMs);
    case 'not before':
      // `spread` takes away up to a fifth, which would be too early.
      return Math.max(doubledMs, spread(expectedWaitMs * 1.25, id));
  }
}
