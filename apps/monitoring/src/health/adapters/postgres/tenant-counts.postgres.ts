import type { Last24Hours } from '@signalbox/domain';
import { rowsOf } from '@signalbox/postgres';
import type { DataSource } from 'typeorm';
import type { TenantCounts } from '../../application/tenant-counts.port.ts';
import { ALL_TENANTS } from '../../application/tenant-counts.port.ts';
import type { TenantHealth } from '../../domain/health-view.ts';
import type { CountedBuckets, SeriesRow } from './bucket-columns.ts';
import { BUCKET_COLUMNS, BUCKET_SUMS, SUMMED_SERIES, minuteTotalsOf, windowTotalsOf } from './bucket-columns.ts';
import { windowBuckets, windowParameters } from './window-buckets.ts';

/** The rows of all tenants together; see docs/read-models.md. */
const ALL = '';

/** $1 tenant, from $2 the window. Shards are added up. */
const TOTALS = `
  SELECT ${BUCKET_SUMS} FROM ${windowBuckets({ of: 'tenant', where: 'tenant_id = $1', counts: BUCKET_COLUMNS, first: 2 })}`;

/** $1 tenant, $2 and $3 the window. */
const MINUTES = `
  SELECT ${SUMMED_SERIES} FROM tenant_minute
  WHERE tenant_id = $1 AND start_at >= $2 AND start_at < $3
  GROUP BY start_at HAVING sum(requests + waiting) > 0 ORDER BY start_at`;

/**
 * $1 tenant, $2 the retention: the first minute of the first hour that is kept and holds an open delivery. One shard says
 * nothing: a delivery may be opened in one and ended in another.
 */
const OLDEST_OPEN = `
  WITH hour AS (
    SELECT start_at FROM tenant_hour
    WHERE tenant_id = $1 AND start_at >= date_trunc('hour', now()) - $2 * interval '1 ms'
    GROUP BY start_at HAVING sum(retrying + waiting) > 0 ORDER BY start_at LIMIT 1
  )
  SELECT (extract(epoch FROM minute.start_at) * 1000)::float8 AS "atMs" FROM tenant_minute AS minute, hour
  WHERE tenant_id = $1 AND minute.start_at >= hour.start_at AND minute.start_at < hour.start_at + interval '1 hour'
  GROUP BY minute.start_at HAVING sum(retrying + waiting) > 0 ORDER BY minute.start_at LIMIT 1`;

export class PostgresTenantCounts implements TenantCounts {
  readonly #dataSource: DataSource;
  readonly #retentionMs: number;

  constructor(dataSource: DataSource, retentionMs: number) {
    this.#dataSource = dataSource;
    this.#retentionMs = retentionMs;
  }

  async of(tenant: string | typeof ALL_TENANTS, window: Last24Hours): Promise<TenantHealth> {
    const tenantId = tenant === ALL_TENANTS ? ALL : tenant;
    const from = new Date(window.fromMs);
    const until = new Date(window.untilMs);
    const [[totals], series, [oldest]] = await Promise.all([
      rowsOf<CountedBuckets>(this.#dataSource, TOTALS, [tenantId, ...windowParameters(window)]),
      rowsOf<SeriesRow>(this.#dataSource, MINUTES, [tenantId, from, until]),
      rowsOf<{ readonly atMs: number }>(this.#dataSource, OLDEST_OPEN, [tenantId, this.#retentionMs]),
    ]);
    return {
      totals: windowTotalsOf(totals),
      series: series.map(minuteTotalsOf),
      oldestOpenAtMs: oldest?.atMs ?? null,
    };
  }
}
