import { describe, expect, it } from '@jest/globals';
import { NetworkHealth } from './network-health.ts';

const HOUR_MS = 3_600_000;

/** A network over which these origins were connected to at 0. */
const reaching = (...origins: readonly string[]): NetworkHealth => {
  const health = new NetworkHealth();
  for (const origin of origins) health.noteConnected(origin, 0);
  return health;
};

/** Whether it is to blame for attempts that each took 1 s and ended at these times. */
const blamed = (health: NetworkHealth, ...ends: readonly (readonly [origin: string, atMs: number])[]): boolean[] =>
  ends.map(([origin, atMs]) => health.isToBlame('no-contact', origin, atMs - 1_000, atMs));

describe('the health of our network', () => {
  it('is in doubt when three origins that were there are not, and nobody else is', () => {
    const ends = [
      ['a', 30_000],
      ['b', 30_001],
      ['c', 30_002],
      ['never reached', 30_003],
      ['a', 90_000],
    ] as const;
    expect(blamed(reaching('a', 'b', 'c'), ...ends)).toEqual([false, false, true, true, true]);
  });

  it('is not for one or two origins, which may be all there are, however often they are down', () => {
    const ends = Array.from({ length: 20 }, (_, index) => [index % 2 === 0 ? 'a' : 'b', 30_000 * (index + 1)] as const);
    expect(blamed(reaching('a', 'b'), ...ends)).not.toContain(true);
  });

  it('is not for origins that never were there, or had gone an hour before', () => {
    const ends = (atMs: number) => ['a', 'b', 'c', 'd'].map((origin) => [origin, atMs] as const);
    expect(blamed(new NetworkHealth(), ...ends(30_000))).not.toContain(true);
    const later = reaching('a', 'b', 'c');
    later.noteConnected('d', HOUR_MS);
    expect(blamed(later, ...ends(HOUR_MS + 30_000))).not.toContain(true);
    const kept = reaching('a', 'b', 'c');
    for (const origin of ['a', 'b', 'c']) kept.noteReached(origin, 2 * HOUR_MS);
    expect(blamed(kept, ...ends(2 * HOUR_MS + 30_000))).toEqual([false, false, true, true]);
  });

  it('is not while anybody is in contact, since the attempt began or in the last 10 s', () => {
    const health = reaching('a', 'b', 'c');
    expect(blamed(health, ['a', 30_000], ['b', 30_000])).toEqual([false, false]);
    health.noteAnswer(31_000);
    expect(blamed(health, ['c', 41_000])).toEqual([false]);
    expect(health.isToBlame('no-contact', 'c', 31_000, 61_000)).toBe(false);
    // What was before the contact tells nothing any more.
    expect(blamed(health, ['c', 62_000], ['b', 62_000], ['a', 62_000])).toEqual([false, false, true]);
    health.noteConnected('d', 63_000);
    expect(blamed(health, ['a', 63_500])).toEqual([false]);
  });

  it('is held to be well again after six hours without contact, so that nothing is put off for ever by it', () => {
    const health = reaching('a', 'b', 'c');
    expect(blamed(health, ['a', 30_000], ['b', 30_000], ['c', 30_000])).toEqual([false, false, true]);
    expect(blamed(health, ['c', 6 * HOUR_MS - 1], ['c', 6 * HOUR_MS])).toEqual([true, false]);
  });

  it('is to blame where this machine knows no way to an address, unless it reaches others', () => {
    const isToBlame = (health: NetworkHealth, atMs: number) => health.isToBlame('no-route', 'a', atMs, atMs);
    expect(isToBlame(new NetworkHealth(), 5)).toBe(true);
    expect(isToBlame(reaching('a', 'b'), 10_000)).toBe(false);
    expect(isToBlame(reaching('a', 'b'), 10_001)).toBe(true);
  });

  it('is not for an endpoint to which there never was a way, also where others are sent to seldom', () => {
    const isToBlame = (health: NetworkHealth, atMs: number) => health.isToBlame('no-route', 'a', atMs, atMs);
    expect(isToBlame(reaching('b'), 10_001)).toBe(false);
    expect(isToBlame(reaching('a', 'b'), HOUR_MS)).toBe(false);
    // Nobody else is there to tell by.
    expect(isToBlame(reaching('b'), 6 * HOUR_MS)).toBe(true);
  });

  it('remembers no more than 10,000 origins, those of the latest contact', () => {
    const health = reaching('a', 'b', 'c', ...Array.from({ length: 9_998 }, (_, index) => String(index)));
    expect(blamed(health, ['a', 30_000], ['b', 30_000], ['c', 30_000])).toEqual([false, false, false]);
    expect(blamed(health, ['0', 30_000])).toEqual([true]);
  });
});
