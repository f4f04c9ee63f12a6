import { spread } from '@signalbox/domain';

const SHORTEST_MS = 5_000;
const LONGEST_MS = 3_600_000;

/**
 * When a delivery that could not go should be looked at again: at its expected turn, at least 5 s from now, and twice as
 * late each time it was put off before, so that a parked backlog moves rarely. Spread by a hash, never at random.
 */
export function deferralDueAtMs(nowMs: number, deferrals: number, expectedWaitMs: number, id: string): number {
  const doubled = SHORTEST_MS * 2 ** Math.min(deferrals, 20);
  return nowMs + spread(Math.min(LONGEST_MS, Math.max(doubled, expectedWaitMs)), id);
}
