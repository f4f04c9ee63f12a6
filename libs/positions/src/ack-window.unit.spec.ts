import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { AckWindow } from './ack-window.ts';

/** What the window must answer, kept naively. */
class Model {
  readonly taken = new Map<number, { done: boolean; tag: number }>();
  constructor(
    readonly start: number,
    public next = start,
  ) {}
  get lowest(): number {
    const open = [...this.taken].filter(([, entry]) => !entry.done).map(([offset]) => offset);
    return open.length === 0 ? this.next : Math.min(...open);
  }
  get lowestTag(): number | undefined {
    return this.taken.get(this.lowest)?.tag;
  }
}

const step = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('take' as const), gap: fc.nat(3), tag: fc.nat(5) }) },
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('complete' as const), pick: fc.nat(10_000) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('pass' as const), by: fc.nat(3_000) }) },
);

describe('AckWindow', () => {
  it('answers like the naive model, whatever the order, gaps and holes', () => {
    fc.assert(
      fc.property(fc.nat(1_000_000), fc.array(step, { maxLength: 40, size: 'max' }), (start, steps) => {
        const window = new AckWindow<number>(start);
        const model = new Model(start);
        for (const action of steps) {
          if (action.kind === 'take') {
            const offset = model.next + action.gap;
            window.take(offset, action.tag);
            model.taken.set(offset, { done: false, tag: action.tag });
            model.next = offset + 1;
          } else if (action.kind === 'pass') {
            window.passTo(model.next + action.by);
            model.next += action.by;
          } else {
            const offsets = [...model.taken.keys()];
            const offset = offsets[action.pick % Math.max(1, offsets.length)];
            if (offset === undefined) continue;
            window.complete(offset);
            const entry = model.taken.get(offset);
            if (entry !== undefined) entry.done = true;
          }
          expect(window.lowest).toBe(model.lowest);
          expect(window.position).toBe(model.next);
          expect(window.lowestTag).toBe(model.lowestTag);
          const doneAbove = new Set(window.doneAboveLowest());
          for (const [offset, entry] of model.taken) {
            if (offset >= model.lowest) expect(doneAbove.has(offset)).toBe(entry.done);
          }
        }
      }),
    );
  });

  it('holds 262,144 offsets behind one that is not done, and says that it is full', () => {
    const window = new AckWindow<number>(0);
    for (let offset = 0; offset < 262_144; offset++) window.take(offset, 0);
    expect(window.isFull).toBe(true);
    for (let offset = 262_143; offset > 0; offset--) window.complete(offset);
    expect(window.lowest).toBe(0);
    window.complete(0);
    expect(window.lowest).toBe(262_144);
    expect(window.isFull).toBe(false);
  });

  it('refuses an offset taken twice or completed before it was taken', () => {
    const window = new AckWindow<number>(10);
    window.take(10, 0);
    expect(() => window.take(10, 0)).toThrow('was taken already');
    expect(() => window.complete(11)).toThrow('was never taken');
  });
});
