import { describe, expect, it } from '@jest/globals';
import { ProxyHealth } from './proxy-health.ts';

const healthOf = (...signs: readonly (readonly [origin: string, atMs: number])[]): ProxyHealth => {
  const health = new ProxyHealth();
  for (const [origin, atMs] of signs) health.note(origin, atMs);
  return health;
};

describe('the health of a forward proxy', () => {
  it('is told by others alone', () => {
    expect(healthOf().reachesOthers('a', 0, 100)).toBe(false);
    expect(healthOf(['a', 50]).reachesOthers('a', 0, 100)).toBe(false);
    expect(healthOf(['b', 50]).reachesOthers('a', 0, 100)).toBe(true);
  });

  it('remembers the other one while one and the same is reached again and again', () => {
    const health = healthOf(['b', 50], ['a', 60], ['a', 70]);
    expect(health.reachesOthers('a', 0, 100)).toBe(true);
    expect(health.reachesOthers('b', 0, 100)).toBe(true);
  });

  it('counts what was since the attempt began, however long ago, and in the last 10 s', () => {
    const health = healthOf(['b', 50_000]);
    expect(health.reachesOthers('a', 49_000, 79_000)).toBe(true);
    expect(health.reachesOthers('a', 59_999, 60_000)).toBe(true);
    expect(health.reachesOthers('a', 60_001, 60_001)).toBe(false);
  });
});
