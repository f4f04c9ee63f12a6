import { expect, it } from '@jest/globals';
import { nextDelayMs } from './back-off.ts';

it('doubles the wait with each death in a row up to its most, and then gives up', () => {
  const policy = { firstDelayMs: 100, maxDelayMs: 500, maxFailures: 4, wellAfterMs: 1_000 };
  expect([1, 2, 3, 4, 5].map((failures) => nextDelayMs(policy, failures))).toEqual([100, 200, 400, 500, undefined]);
});
