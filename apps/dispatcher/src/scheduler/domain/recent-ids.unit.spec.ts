import { describe, expect, it } from '@jest/globals';
import { RecentIds } from './recent-ids.ts';

describe('RecentIds', () => {
  it('knows an id for a minute at least, and forgets it after two', () => {
    const ids = new RecentIds(60_000);
    expect(ids.add('a', 0)).toBe(true);
    expect(ids.add('a', 59_999)).toBe(false);
    ids.add('b', 59_999);
    expect(ids.add('b', 119_000)).toBe(false);
    expect(ids.add('a', 240_000)).toBe(true);
    expect(ids.size).toBe(1);
  });
});
