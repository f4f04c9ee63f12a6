import { describe, expect, it } from '@jest/globals';
import { CatchUp } from './catch-up.ts';

const at = (first: number, second: number) =>
  new Map([
    ['attempts/0', first],
    ['attempts/1', second],
  ]);

describe('catching up', () => {
  it('has ended when every partition has reached where its log ended', () => {
    const catchUp = new CatchUp(at(5, 0));
    expect(catchUp.hasReached(new Map())).toBe(false);
    expect(catchUp.hasReached(at(4, 9))).toBe(false);
    expect(catchUp.hasReached(new Map([['attempts/0', 5]]))).toBe(true);
  });

  it('begins anew when the positions go back, as under a database that was restored', () => {
    const catchUp = new CatchUp(at(5, 5));
    expect(catchUp.hasReached(at(9, 5))).toBe(true);
    expect(catchUp.hasReached(at(6, 5))).toBe(false);
    expect(catchUp.hasReached(at(9, 6))).toBe(true);
  });

  it('waits for no more than a log that was made anew holds', () => {
    const catchUp = new CatchUp(at(5, 5));
    expect(catchUp.hasReached(at(900, 5))).toBe(true);
    catchUp.limitTo(at(2, 9));
    expect(catchUp.hasReached(at(1, 5))).toBe(false);
    expect(catchUp.hasReached(at(2, 5))).toBe(true);
    catchUp.limitTo(new Map());
    expect(catchUp.hasReached(new Map())).toBe(true);
  });
});
