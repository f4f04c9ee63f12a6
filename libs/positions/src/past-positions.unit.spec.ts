import { describe, expect, it } from '@jest/globals';
import { PastPositions } from './past-positions.ts';

const MINUTE_MS = 60_000;
const past = (): PastPositions => new PastPositions(MINUTE_MS, 5_000);

describe('PastPositions', () => {
  it('keeps what was inherited for a minute, then follows a minute behind', () => {
    const positions = past();
    positions.inherit([3, 4], 0);
    for (let nowMs = 0; nowMs < 4 * MINUTE_MS; nowMs += 200) {
      positions.note([nowMs, 9], nowMs);
      const [behind = 0] = positions.oldest;
      if (nowMs < MINUTE_MS) expect(positions.oldest).toEqual([3, 4]);
      if (nowMs < MINUTE_MS + 5_000) continue;
      expect(nowMs - behind).toBeGreaterThanOrEqual(MINUTE_MS);
      expect(nowMs - behind).toBeLessThan(MINUTE_MS + 10_000);
    }
  });

  it('goes back to what another predecessor left, and never ahead of its own', () => {
    const positions = past();
    positions.inherit([10, 10], 0);
    positions.note([20, 20], 10_000);
    positions.inherit([5, 30], 20_000);
    expect(positions.oldest).toEqual([5, 10]);
  });
});
