import { describe, expect, it } from '@jest/globals';
import { keptSinceMs, monitoringEnvironment, retentionMsOf, shownMsOf } from './monitoring.environment.ts';

const times = monitoringEnvironment.pick({ LOG_RETENTION_DAYS: true, LOG_SHOWN_HOURS: true });
const HOUR_MS = 3_600_000;

describe('how long the request log is kept and what of it is shown', () => {
  it('is a week and a day where nothing is said', () => {
    const env = times.parse({});
    expect([retentionMsOf(env), shownMsOf(env)]).toEqual([7 * 24 * HOUR_MS, 24 * HOUR_MS]);
  });

  it.each<[string, string, number, number]>([
    ['1', '1', 24 * HOUR_MS, HOUR_MS],
    ['365', '8760', 8_760 * HOUR_MS, 8_760 * HOUR_MS],
  ])('is %s days and %s hours where that is said', (days, hours, keptMs, shownMs) => {
    const env = times.parse({ LOG_RETENTION_DAYS: days, LOG_SHOWN_HOURS: hours });
    expect([retentionMsOf(env), shownMsOf(env)]).toEqual([keptMs, shownMs]);
  });

  it.each([
    ['LOG_RETENTION_DAYS', '0'],
    ['LOG_RETENTION_DAYS', '366'],
    ['LOG_RETENTION_DAYS', '1.5'],
    ['LOG_RETENTION_DAYS', ''],
    ['LOG_SHOWN_HOURS', '0'],
    ['LOG_SHOWN_HOURS', '8761'],
    ['LOG_SHOWN_HOURS', '-1'],
    ['LOG_SHOWN_HOURS', '24h'],
  ])('is not %s=%s', (name, value) => {
    const faults = times.safeParse({ [name]: value }).error?.issues ?? [];
    expect(new Set(faults.map(({ path }) => path.join('.')))).toEqual(new Set([name]));
  });

  it('keeps an hour as long as any of it is within the retention', () => {
    const retentionMs = retentionMsOf({ LOG_RETENTION_DAYS: 2 });
    const kept = (now: string): string => new Date(keptSinceMs(Date.parse(now), retentionMs)).toISOString();
    expect(kept('2026-03-04T14:00:00.000Z')).toBe('2026-03-02T14:00:00.000Z');
    expect(kept('2026-03-04T14:59:59.999Z')).toBe('2026-03-02T14:00:00.000Z');
    expect(kept('2026-03-04T15:00:00.000Z')).toBe('2026-03-02T15:00:00.000Z');
  });
});
