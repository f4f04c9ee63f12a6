import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { WakeHeap } from './wake-heap.ts';

describe('WakeHeap', () => {
  it('gives out what is due, the earliest first, and nothing before its time', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(1_000)), fc.nat(1_000), (times, nowMs) => {
        const heap = new WakeHeap<number>();
        for (const time of times) heap.push(time, time);
        const given: number[] = [];
        for (let item = heap.popDue(nowMs); item !== undefined; item = heap.popDue(nowMs)) given.push(item);
        expect(given).toEqual(times.filter((time) => time <= nowMs).toSorted((a, b) => a - b));
        expect(heap.size).toBe(times.length - given.length);
      }),
    );
  });
});
