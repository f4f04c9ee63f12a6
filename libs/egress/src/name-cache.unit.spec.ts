import { describe, expect, it } from '@jest/globals';
import { NameCache } from './name-cache.ts';

const found = (address: string) => ({ kind: 'found', addresses: [address] }) as const;

describe('the cache of names', () => {
  it('forgets a name when its time is over', () => {
    const cache = new NameCache({ maxEntries: 2 });
    cache.set('a', found('192.0.2.1'), 100);
    expect(cache.get('a', 99)).toEqual(found('192.0.2.1'));
    expect(cache.get('a', 100)).toBeUndefined();
  });

  it('forgets the oldest at the cap', () => {
    const cache = new NameCache({ maxEntries: 2 });
    cache.set('a', found('192.0.2.1'), 100);
    cache.set('b', found('192.0.2.2'), 100);
    cache.set('a', found('192.0.2.3'), 100);
    cache.set('c', found('192.0.2.4'), 100);
    expect([cache.get('a', 0), cache.get('b', 0), cache.get('c', 0)]).toEqual([
      found('192.0.2.3'),
      undefined,
      found('192.0.2.4'),
    ]);
  });
});
