import { describe, expect, it } from '@jest/globals';
import { byTraffic, healthOf } from './traffic.ts';
import type { TrafficOrder } from './traffic.ts';

const traffic = (id: string, successCount: number, requestCount: number) => ({ id, successCount, requestCount });

describe('the traffic of webhooks', () => {
  it.each([
    ['idle', 0, 0],
    ['healthy', 95, 100],
    ['failing', 94, 100],
    ['failing', 0, 1],
  ])('is %s with %i of %i', (health, succeeded, requests) => {
    expect(healthOf(traffic('w', succeeded, requests))).toBe(health);
  });

  it.each<[TrafficOrder, string]>([
    ['requests', 'idle,other,small,big'],
    ['-requests', 'big,small,idle,other'],
    ['successRate', 'big,small,idle,other'],
    ['-successRate', 'small,big,idle,other'],
  ])('is sorted by %s, equal ones as they were', (order, ids) => {
    const all = [traffic('idle', 0, 0), traffic('big', 50, 100), traffic('other', 0, 0), traffic('small', 2, 2)];
    expect(
      byTraffic(all, order)
        .map(({ id }) => id)
        .join(),
    ).toBe(ids);
  });
});
