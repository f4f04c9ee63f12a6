import { describe, expect, it } from '@jest/globals';
import { disabledMessageOf, verdictOn } from './failing-webhook.ts';

const DAY_MS = 86_400_000;
const streak = (failures: number, spanMs: number) => ({
  failures,
  firstFailedAtMs: 1_000,
  lastFailedAtMs: 1_000 + spanMs,
});

describe('a webhook whose deliveries end in failure', () => {
  it.each([
    ['disable', 10, 5 * DAY_MS],
    ['warn', 10, 5 * DAY_MS - 1],
    ['warn', 10, 2.5 * DAY_MS],
    ['leave', 10, 2.5 * DAY_MS - 1],
    ['leave', 9, 9 * DAY_MS],
    ['leave', 1_000_000, 0],
  ])('%s after %i failures over %i ms', (verdict, failures, spanMs) => {
    expect(verdictOn(streak(failures, spanMs), 5 * DAY_MS)).toBe(verdict);
  });

  it('tells its owner since when and how often', () => {
    expect(disabledMessageOf({ failures: 37, firstFailedAtMs: 0, lastFailedAtMs: 1 })).toBe(
      'Deliveries have ended in failure since 1970-01-01T00:00:00.000Z: 37 of them, and none succeeded',
    );
  });
});
