import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { last24Hours } from '@signalbox/domain';
import { readsOf } from '../../../testing/explained-database.ts';
import { ProjectingDatabase, factRecord } from '../../../projections/testing/projecting-database.ts';
import { attempted } from '../../../testing/facts.ts';
import { PostgresHealthCounts } from './health-counts.postgres.ts';
import { PostgresHealthPages } from './health-pages.postgres.ts';
import { PostgresTenantCounts } from './tenant-counts.postgres.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const hook = 'webhook1';
const now = Date.parse('2026-03-02T14:00:00Z');

let database: ProjectingDatabase;
beforeAll(async () => {
  database = await ProjectingDatabase.start();
  await database.empty();
  const minutes = Array.from({ length: 26 * 60 }, (_, index) => now - DAY_MS - 60 * MINUTE_MS + index * MINUTE_MS);
  await database.project(
    ...minutes.map((firstScheduledAtMs) => {
      const deliveryId =
        attempted().deliveryId.slice(0, -12) + String(firstScheduledAtMs / MINUTE_MS).padStart(12, '0');
      const failed = { outcome: 'failed', statusCode: 500, errorClass: 'http-status' } as const;
      return factRecord(attempted({ ...failed, deliveryId: deliveryId as never, firstScheduledAtMs }));
    }),
  );
  await database.dataSource.query('ANALYZE');
});
afterAll(async () => database.stop());

it.each([0, 1, 29, 30, 31, 59])(
  'counts of the last 24 hours at minute %d hold each minute once, of which half an hour is read one by one at most',
  async (minute) => {
    const window = last24Hours(now + minute * MINUTE_MS);
    const expected = (now + 60 * MINUTE_MS - window.fromMs) / MINUTE_MS;
    const latencies = (latency: readonly number[]): number => latency.reduce((sum, count) => sum + count, 0);
    const { rows, wholeTables } = await readsOf(database.dataSource, async (dataSource) => {
      const counts = new PostgresHealthCounts(dataSource);
      const totals = await counts.totals('default', hook, window);
      expect([totals.failed, latencies(totals.latency), totals.errors]).toEqual([
        expected,
        expected,
        [{ errorClass: 'http-status', attempts: expected }],
      ]);
      const [stats] = await counts.executionStats('default', [hook], window);
      expect(stats).toEqual({ webhookId: hook, successCount: 0, failureCount: expected, requestCount: expected });
      const [line] = await new PostgresHealthPages(dataSource, DAY_MS).lines('default', [hook], window);
      expect(line).toMatchObject({ failed: expected });
    });
    expect(wholeTables).toEqual([]);
    expect(rows).toBeLessThanOrEqual(3 * (26 + 30));
    const tenant = await new PostgresTenantCounts(database.dataSource, DAY_MS).of('default', window);
    expect(tenant.totals.failed).toBe(expected);
  },
);
