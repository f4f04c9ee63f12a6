import { describe, expect, it } from '@jest/globals';
import { TestAllowance } from './test-allowance.ts';

describe('the allowance of test payloads', () => {
  it('is 200 at once, then 2 a second, and says how long to wait', () => {
    const allowance = new TestAllowance();
    expect(allowance.take('a', 150, 0)).toBe(0);
    expect(allowance.take('a', 60, 0)).toBe(5);
    expect(allowance.take('a', 60, 4_999)).toBe(1);
    expect(allowance.take('a', 60, 5_000)).toBe(0);
    expect(allowance.take('a', 1, 5_000)).toBe(1);
  });

  it('is each tenant’s own, and no more for having rested long', () => {
    const allowance = new TestAllowance();
    expect(allowance.take('a', 200, 0)).toBe(0);
    expect(allowance.take('b', 200, 0)).toBe(0);
    expect(allowance.take('a', 200, 1_000_000)).toBe(0);
    expect(allowance.take('a', 1, 1_000_000)).toBe(1);
  });
});
