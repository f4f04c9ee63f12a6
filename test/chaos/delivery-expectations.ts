import { expect } from '@jest/globals';
import type { Audit } from './delivery-audit.ts';

/** Deliveries under way when a process is interrupted, and how many of them at the process itself: less proves little. */
export const LEAST_UNDER_WAY = 2_000;
export const LEAST_IN_FLIGHT = 100;

/** Invariants 1 and 2, duplicates apart: all of it, byte for byte, and each POST known. */
export function expectNothingWrong({ lost, unexpected, altered, withoutFact, withoutPost }: Audit): void {
  const found = Object.entries({ lost, unexpected, altered, withoutFact, withoutPost });
  // Some of the ids are enough to look for them in the logs.
  const wrong = found.flatMap(([what, ids]) =>
    ids.length === 0 ? [] : [{ what, ids: ids.length, of: ids.slice(0, 3) }],
  );
  expect(wrong).toEqual([]);
}
