import { describe, expect, it } from '@jest/globals';
import { NewRequests } from './new-requests.ts';

const NONE: ReadonlySet<string> = new Set();

describe('the count of new requests', () => {
  it('is of those that are not listed, each once, and not of what left the list’s filter', () => {
    const fresh = new NewRequests();
    for (const id of ['a', 'b', 'b', 'c']) fresh.saw(id, 1);
    fresh.forget('c');
    expect(fresh.countBeside(NONE)).toBe(2);
    expect(fresh.countBeside(new Set(['b']))).toBe(1);
    expect(fresh.countBeside(NONE)).toBe(1);
  });

  it('keeps what the log may not have yet when the list is read again', () => {
    const fresh = new NewRequests();
    fresh.saw('old', 1);
    fresh.saw('young', 9);
    fresh.taken(5);
    expect(fresh.countBeside(new Set(['old']))).toBe(1);
  });

  it('ends at 1,000 and says that there are more, however long the list is left open', () => {
    const fresh = new NewRequests();
    for (let index = 0; index < 100_000; index++) fresh.saw(String(index), index);
    expect([fresh.countBeside(NONE), fresh.areMore]).toEqual([1_000, true]);
    fresh.taken(200_000);
    expect([fresh.countBeside(NONE), fresh.areMore]).toEqual([0, false]);
  });
});
