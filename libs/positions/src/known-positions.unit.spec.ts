import { describe, expect, it } from '@jest/globals';
import { decodePositions, encodePositions, KnownPositions, lowerPositions } from './known-positions.ts';

describe('known positions', () => {
  it('never go back, and stay the same object while nothing changes', () => {
    const known = new KnownPositions();
    known.note(2, 7);
    const before = known.snapshot();
    known.note(2, 5);
    expect(known.snapshot()).toBe(before);
    known.note(0, 1);
    expect(known.snapshot()).toEqual([1, 0, 7]);
    expect(before).toEqual([0, 0, 7]);
  });

  it('survive as commit metadata', () => {
    expect(decodePositions(encodePositions([0, 35, 36, 9_007_199_254_740_991]))).toEqual([
      0, 35, 36, 9_007_199_254_740_991,
    ]);
    expect(decodePositions('')).toBeUndefined();
    expect(decodePositions('not ours!')).toBeUndefined();
  });

  it('combine to the lower bound of both', () => {
    expect(lowerPositions([3, 5, 1], [4, 2])).toEqual([3, 2, 0]);
  });
});
