import { expect } from '@jest/globals';
import type { Audit } from './delivery-audit.ts';

/** Deliveries under way when a process is interrupted, and how many of them at the process itself: less proves little. */
export const LEAST_UNDER_WAY = 2_000;
export const LEAST_IN_FLIGHT = 100;

/**
 * Repeats `come` until enough is under way at its end, and answers how much: what is interrupted with little to do
 * proves little.
 */
export async function untilEnoughUnderWay(
  load: { readonly underWay: number },
  come: () => Promise<void>,
): Promise<number> {
  for (let tries = 1; ; tries++) {
    await come();
    const { underWay } = load;
    if (underWay < LEAST_UNDER_WAY && tries < 5) continue;
    expect(underWay).toBeGreaterThanOrEqual(LEAST_UNDER_WAY);
    return underWay;
  }
}

/** Two members that a busy machine starves are expelled and join again, each; more is no accident. */
const MAX_UNFORESEEN_GENERATIONS = 4;

/**
 * Invariants 1 and 2, duplicates apart: all of it, byte for byte, and each POST known. Nor are there more generations that
 * nobody has asked for than a busy machine explains: each of them may excuse duplicates.
 */
export function expectNothingWrong(audit: Audit): void {
  const { lost, unexpected, altered, withoutFact, withoutPost, unforeseenGenerations } = audit;
  const found = Object.entries({ lost, unexpected, altered, withoutFact, withoutPost });
  // Some of the ids are enough to look for them in the logs.
  const wrong = found.flatMap(([what, ids]) =>
    ids.length === 0 ? [] : [{ what, ids: ids.length, of: ids.slice(0, 3) }],
  );
  expect(wrong).toEqual([]);
  expect(unforeseenGenerations).toBeLessThanOrEqual(MAX_UNFORESEEN_GENERATIONS);
}
