import type { Last24Hours } from '@signalbox/domain';
import { rowsOf } from '@signalbox/postgres';
import type { DataSource } from 'typeorm';
import type { HealthLine, HealthPages } from '../../application/health-counts.port.ts';
import type { HourTotals } from '../../domain/webhook-health.ts';
import { noTotals } from '../../domain/webhook-health.ts';
import { COUNTS, LATENCIES } from './bucket-columns.ts';
import { windowBuckets, windowParameters } from './window-buckets.ts';

const sums = COUNTS.map((name) => `sum(${name})::float8 AS ${name}`).join(', ');
const latencySums = LATENCIES.map((name) => `coalesce(sum(${name}), 0)`).join(', ');

/**
 * $1 tenant, $2 webhooks, from $3 the window; one row of sums for each webhook, and its hours for the sparkline, which begins at $8.
 */
const LINES = `
  SELECT webhook_id AS "webhookId", ${sums}, ARRAY[${latencySums}]::float8[] AS latency,
    json_agg(json_build_array((extract(epoch FROM start_at) * 1000)::float8, requests, failed))
      FILTER (WHERE start_at >= $8) AS hours
  FROM ${windowBuckets({
    of: 'webhook',
    where: 'webhook_id = ANY($2) AND tenant_id = $1',
    keys: ['webhook_id'],
    counts: [...COUNTS, ...LATENCIES],
    first: 3,
  })}
  GROUP BY webhook_id`;

/**
 * $1 tenant, $2 webhooks, $3 the retention: the first minute of the first hour that is kept and holds an open delivery. What
 * has outlived the retention is told of no more, and stays open in its counts until their day is dropped.
 */
const OLDEST_OPEN = `
  SELECT asked.webhook_id AS "webhookId", (extract(epoch FROM minute.start_at) * 1000)::float8 AS "atMs"
  FROM unnest($2::text[]) AS asked (webhook_id)
  CROSS JOIN LATERAL (
    SELECT start_at FROM webhook_hour
    WHERE webhook_hour.webhook_id = asked.webhook_id AND tenant_id = $1 AND has_open
      AND start_at >= date_trunc('hour', now()) - $3 * interval '1 ms'
    ORDER BY start_at LIMIT 1
  ) AS hour
  CROSS JOIN LATERAL (
    SELECT start_at FROM webhook_minute
    WHERE webhook_minute.webhook_id = asked.webhook_id AND tenant_id = $1 AND has_open
      AND start_at >= hour.start_at AND start_at < hour.start_at + interval '1 hour'
    ORDER BY start_at LIMIT 1
  ) AS minute`;

type Hour = readonly [atMs: number, requests: number, failed: number];
type Line = Omit<HealthLine, 'hours'> & { readonly hours: readonly Hour[] | null };

function hourTotals([atMs, requests, failed]: Hour): HourTotals {
  return { atMs, requests, failed };
}

export class PostgresHealthPages implements HealthPages {
  readonly #dataSource: DataSource;
  readonly #retentionMs: number;

  constructor(dataSource: DataSource, retentionMs: number) {
    this.#dataSource = dataSource;
    this.#retentionMs = retentionMs;
  }

  async lines(tenantId: string, webhookIds: readonly string[], window: Last24Hours): Promise<readonly HealthLine[]> {
    const lines = await rowsOf<Line>(this.#dataSource, LINES, [
      tenantId,
      webhookIds,
      ...windowParameters(window),
      new Date(window.wholeHoursFromMs),
    ]);
    const byId = new Map(lines.map((line) => [line.webhookId, line]));
    return webhookIds.map((webhookId) => {
      const line = byId.get(webhookId);
      const hours = line?.hours ?? [];
      return { ...noTotals, ...line, webhookId, hours: hours.map(hourTotals) };
    });
  }

  async oldestOpen(tenantId: string, webhookIds: readonly string[]): Promise<ReadonlyMap<string, number>> {
    const rows = await rowsOf<{ readonly webhookId: string; readonly atMs: number }>(this.#dataSource, OLDEST_OPEN, [
      tenantId,
      webhookIds,
      this.#retentionMs,
    ]);
    return new Map(rows.map(({ webhookId, atMs }) => [webhookId, atMs]));
  }
}
