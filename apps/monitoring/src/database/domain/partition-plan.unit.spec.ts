import { describe, expect, it } from '@jest/globals';
import { isOutlived, wantedPartitions } from './partition-plan.ts';

const now = Date.parse('2026-03-02T14:20:31Z');

describe('partitions by time', () => {
  it('reach two hours behind and a day ahead without a gap', () => {
    const hours = wantedPartitions(now).filter(({ table }) => table === 'delivery');
    expect(hours[0]).toEqual({
      table: 'delivery',
      by: 'first_scheduled_at',
      widthMs: 3_600_000,
      name: 'delivery_20260302_12',
      fromMs: Date.parse('2026-03-02T12:00:00Z'),
      toMs: Date.parse('2026-03-02T13:00:00Z'),
    });
    expect(hours).toHaveLength(27);
    expect(hours.every((hour, index) => index === 0 || hour.fromMs === hours[index - 1]?.toMs)).toBe(true);
  });

  it('are by the day for minutes', () => {
    const days = wantedPartitions(now).filter(({ table }) => table === 'webhook_minute');
    expect(days.map(({ name }) => name)).toEqual(['webhook_minute_20260302_00', 'webhook_minute_20260303_00']);
  });

  it('are outlived when all of them is older than the retention', () => {
    const day = 86_400_000;
    expect(isOutlived('delivery_20260223_13', now, 7 * day)).toBe(true);
    expect(isOutlived('delivery_20260223_14', now, 7 * day)).toBe(false);
    expect(isOutlived('webhook_minute_20260222_00', now, 7 * day)).toBe(true);
    expect(isOutlived('webhook_minute_20260223_00', now, 7 * day)).toBe(false);
    expect(isOutlived('delivery_default', now, 0)).toBe(false);
  });
});
