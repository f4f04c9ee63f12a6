import { expect } from '@jest/globals';
import type { Audit } from './delivery-audit.ts';

/** Deliveries under way when a process is interrupted, and how many of them at the process itself: less proves little. */
export const LEAST_UNDER_WAY = 2_000;
export const LEAST_IN_FLIGHT = 100;

/** Invariants 1 and 2, duplicates apart: all of it, byte for byte, and each POST known. */
export function expectNothingWrong({ lost, unexpected, altered, withoutFact, withoutPost }: Audit): void {
  const wrong = { lost, unexpected, altered, withoutFact, withoutPost };
  expect(wrong).toEqual({ lost: [], unexpected: [], altered: [], withoutFact: [], withoutPost: [] });
}
