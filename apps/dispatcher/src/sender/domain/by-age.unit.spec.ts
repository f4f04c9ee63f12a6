import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ByAge } from './by-age.ts';
import { DEFAULT_LANE_LIMITS, Lane } from './lane.ts';

const task = (queuedAtMs: number) => ({ bytes: 1, queuedAtMs, deferrals: 0 });

describe('a queue by age', () => {
  it('gives the oldest first, and of those of the same age the one that came first', () => {
    const steps = fc.array(fc.oneof(fc.nat({ max: 20 }), fc.constant('shift' as const)), { maxLength: 200 });
    fc.assert(
      fc.property(steps, (taken) => {
        const queue = new ByAge<{ queuedAtMs: number }>();
        let model: { queuedAtMs: number }[] = [];
        for (const step of taken) {
          if (step === 'shift') {
            expect(queue.first).toBe(model[0]);
            expect(queue.shift()).toBe(model.shift());
          } else {
            const item = { queuedAtMs: step };
            queue.push(item);
            model = [...model, item].toSorted((a, b) => a.queuedAtMs - b.queuedAtMs);
          }
          expect(queue.size).toBe(model.length);
        }
      }),
    );
  });

  it('is empty once it was cleared', () => {
    const queue = new ByAge<{ queuedAtMs: number }>();
    for (const queuedAtMs of [2, 1]) queue.push({ queuedAtMs });
    queue.clear();
    expect([queue.size, queue.first, queue.shift()]).toEqual([0, undefined, undefined]);
  });

  it('lets a lane expel what was parked first when its own time is over, though younger ones were queued before it', () => {
    const lane = new Lane(DEFAULT_LANE_LIMITS);
    const [younger, parked] = [task(4_800), task(0)];
    for (const each of [younger, parked]) expect(lane.offer(each, 4_900)).toBeUndefined();
    expect(lane.expel(1)).toEqual([parked]);
    expect(lane.waiting).toBe(1);
    expect(lane.expel(4_801)).toEqual([younger]);
  });
});
