import type { Last24Hours } from '@signalbox/domain';
import { preparedRowsOf, rowsOf } from '@signalbox/postgres';
import type { DataSource } from 'typeorm';
import type { ExecutionStats, HealthCounts } from '../../application/health-counts.port.ts';
import type { MinuteTotals, WindowTotals } from '../../domain/webhook-health.ts';
import type { CountedBuckets, SeriesRow } from './bucket-columns.ts';
import { BUCKET_COLUMNS, BUCKET_SUMS, SERIES, minuteTotalsOf, windowTotalsOf } from './bucket-columns.ts';
import { windowBuckets, windowParameters } from './window-buckets.ts';

/** $1 tenant, $2 webhooks or one, from $3 the window. */
const buckets = (counts: readonly string[], whose = 'webhook_id = ANY($2)'): string =>
  windowBuckets({ of: 'webhook', where: `${whose} AND tenant_id = $1`, keys: ['webhook_id'], counts, first: 3 });

/** Planning so many sums takes four times as long as adding up the 55 rows of one webhook. */
const TOTALS = {
  name: 'health_totals_of_webhook',
  text: `SELECT ${BUCKET_SUMS} FROM ${buckets(BUCKET_COLUMNS, 'webhook_id = $2')}`,
};

export class PostgresHealthCounts implements HealthCounts {
  readonly #dataSource: DataSource;

  constructor(dataSource: DataSource) {
    this.#dataSource = dataSource;
  }

  async totals(tenantId: string, webhookId: string, window: Last24Hours): Promise<WindowTotals> {
    const parameters = [tenantId, webhookId, ...windowParameters(window)];
    const [totals] = await preparedRowsOf<CountedBuckets>(this.#dataSource, TOTALS, parameters);
    return windowTotalsOf(totals);
  }

  async minutes(tenantId: string, webhookId: string, window: Last24Hours): Promise<readonly MinuteTotals[]> {
    const rows = await rowsOf<SeriesRow>(
      this.#dataSource,
      `SELECT ${SERIES} FROM webhook_minute
       WHERE webhook_id = $2 AND tenant_id = $1 AND start_at >= $3 AND start_at < $4 AND requests + waiting > 0
       ORDER BY start_at`,
      [tenantId, webhookId, new Date(window.fromMs), new Date(window.untilMs)],
    );
    return rows.map(minuteTotalsOf);
  }

  async executionStats(
    tenantId: string,
    webhookIds: readonly string[],
    window: Last24Hours,
  ): Promise<readonly ExecutionStats[]> {
    const counted = await rowsOf<ExecutionStats>(
      this.#dataSource,
      `SELECT webhook_id AS "webhookId", sum(succeeded)::float8 AS "successCount", sum(failed)::float8 AS "failureCount",
         sum(requests)::float8 AS "requestCount"
       FROM ${buckets(['succeeded', 'failed', 'requests'])} GROUP BY webhook_id`,
      [tenantId, webhookIds, ...windowParameters(window)],
    );
    const byId = new Map(counted.map((stats) => [stats.webhookId, stats]));
    const none = { successCount: 0, failureCount: 0, requestCount: 0 };
    return webhookIds.map((webhookId) => byId.get(webhookId) ?? { webhookId, ...none });
  }

  async isForeign(tenantId: string, webhookId: string): Promise<boolean> {
    const [other] = await rowsOf<{ tenant_id: string }>(
      this.#dataSource,
      'SELECT tenant_id FROM webhook_hour WHERE webhook_id = $1 ORDER BY tenant_id = $2 DESC LIMIT 1',
      [webhookId, tenantId],
    );
    return other !== undefined && other.tenant_id !== tenantId;
  }
}
