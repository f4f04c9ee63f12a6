import { describe, expect, it } from '@jest/globals';
import { bucketsOf } from './health-buckets.ts';
import type { HealthMinute } from './health.query.ts';

const MINUTE_MS = 60_000;

const minute = (number: number, more: Partial<HealthMinute> = {}): HealthMinute => ({
  at: number * MINUTE_MS,
  requests: 0,
  succeeded: 0,
  failed: 0,
  open: 0,
  p95: null,
  ...more,
});

describe('health by time', () => {
  const range = { fromMs: 3 * MINUTE_MS, toMs: 27 * MINUTE_MS, sizeMs: 10 * MINUTE_MS };

  it('adds up minutes, and takes the highest latency of them', () => {
    const minutes = [
      minute(10, { succeeded: 3, failed: 1, p95: 20 }),
      minute(19, { succeeded: 2, open: 4, p95: 90 }),
      minute(20, { failed: 5 }),
    ];
    expect(bucketsOf(minutes, range)).toEqual([
      { atMs: 0, succeeded: 0, failed: 0, open: 0, successRate: null, p95Ms: null },
      { atMs: 10 * MINUTE_MS, succeeded: 5, failed: 1, open: 4, successRate: 5 / 6, p95Ms: 90 },
      { atMs: 20 * MINUTE_MS, succeeded: 0, failed: 5, open: 0, successRate: 0, p95Ms: null },
    ]);
  });

  it('has no success rate where nothing has ended', () => {
    expect(bucketsOf([minute(12, { open: 7 })], range)[1]).toMatchObject({ open: 7, successRate: null });
  });
});
