import { describe, expect, it } from '@jest/globals';
import { Standstill } from './standstill.ts';

describe('a standstill', () => {
  it('is a time in which nothing was heard of the process, for what was under way then alone', () => {
    const standstill = new Standstill();
    for (const nowMs of [0, 50, 100, 2_099]) standstill.note(nowMs);
    expect(standstill.hasBeenSince(0)).toBe(false);
    standstill.note(4_100);
    expect(standstill.hasBeenSince(2_100)).toBe(true);
    expect(standstill.hasBeenSince(4_101)).toBe(false);
  });
});
