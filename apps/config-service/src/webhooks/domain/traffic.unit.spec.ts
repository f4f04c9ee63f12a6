import { describe, expect, it } from '@jest/globals';
import { byTraffic, healthOf } from './traffic.ts';
import type { TrafficOrder } from './traffic.ts';

const traffic = (id: string, successCount: number, failureCount: number, openCount = 0) => ({
  id,
  successCount,
  failureCount,
  requestCount: successCount + failureCount + openCount,
});

describe('the traffic of webhooks', () => {
  it.each([
    ['idle', 0, 0, 0],
    ['undecided', 0, 0, 3],
    ['healthy', 99, 1, 0],
    ['healthy', 1, 0, 9],
    ['degraded', 98, 2, 0],
    ['degraded', 90, 10, 0],
    ['failing', 89, 11, 0],
    ['failing', 0, 1, 99],
  ])('is %s with %i that succeeded, %i that failed and %i under way', (health, succeeded, failed, open) => {
    expect(healthOf(traffic('w', succeeded, failed, open))).toBe(health);
  });

  it.each<[TrafficOrder, string]>([
    ['requests', 'idle,other,small,big'],
    ['-requests', 'big,small,idle,other'],
    ['successRate', 'big,small,idle,other'],
    ['-successRate', 'small,big,idle,other'],
  ])('is sorted by %s, equal ones as they were', (order, ids) => {
    const all = [traffic('idle', 0, 0), traffic('big', 50, 50), traffic('other', 0, 0), traffic('small', 2, 0)];
    expect(
      byTraffic(all, order)
        .map(({ id }) => id)
        .join(),
    ).toBe(ids);
  });

  it('has no rate before anything ended, and comes last then, whatever is under way', () => {
    const all = [traffic('open', 0, 0, 5), traffic('bad', 0, 1), traffic('good', 1, 0, 40)];
    expect(byTraffic(all, 'successRate').map(({ id }) => id)).toEqual(['bad', 'good', 'open']);
    expect(byTraffic(all, '-successRate').map(({ id }) => id)).toEqual(['good', 'bad', 'open']);
  });
});
