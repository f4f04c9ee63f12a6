import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { BoundedBuffer } from './bounded-buffer.ts';
import { decodePositions, encodePositions, planCatchUp } from './positions.ts';

describe('the id of a live event', () => {
  it('is short, and says the position in each partition again', () => {
    expect(encodePositions([0, 35, 123_456])).toBe('0.z.2n9c');
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 2 ** 40 }), { minLength: 1, maxLength: 24 }), (positions) => {
        expect(decodePositions(encodePositions(positions))).toEqual(positions);
      }),
    );
  });

  it.each(['', '.', 'A', '1..2', '-1', '1.', 'zzzzzzzzzzz', '0.'.repeat(2_000)])('is not %j', (id) => {
    expect(decodePositions(id)).toBeUndefined();
  });
});

describe('what a reader who was away is given', () => {
  it('is all it missed, where that is not too much', () => {
    expect(planCatchUp([5, 0], [10, 3], 100)).toEqual({ from: [5, 0], skipped: 0 });
  });

  it('is nothing of partitions where it is ahead of this instance', () => {
    expect(planCatchUp([12, 3], [10, 3], 100)).toEqual({ from: [12, 3], skipped: 0 });
  });

  it('is the newest of it where it is too much, with how much it is not', () => {
    const { from, skipped } = planCatchUp([0, 0, 50], [900, 100, 50], 100);
    expect({ from, skipped }).toEqual({ from: [810, 90, 50], skipped: 900 });
  });

  it('begins a partition that was added since at its beginning', () => {
    expect(planCatchUp([5], [10, 3], 100)).toEqual({ from: [5, 0], skipped: 0 });
  });
});

describe('a bounded buffer', () => {
  it('keeps the newest events and counts the others', () => {
    const buffer = new BoundedBuffer(() => 10);
    for (let index = 0; index < 8; index++) buffer.add({ id: String(index), text: 'abc' });
    expect(buffer.takeSkipped()).toEqual({ count: 5, id: '4' });
    expect(buffer.takeSkipped()).toBeUndefined();
    const taken: (string | undefined)[] = [buffer.take()?.id];
    buffer.add({ id: '8', text: 'abc' });
    taken.push(buffer.take()?.id, buffer.take()?.id, buffer.take()?.id);
    expect(taken).toEqual(['5', '6', '7', '8'].slice(0, 4));
    expect(buffer.take()).toBeUndefined();
    expect(buffer.isEmpty).toBe(true);
  });
});
