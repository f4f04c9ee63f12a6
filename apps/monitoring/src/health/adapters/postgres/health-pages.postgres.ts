import type { Last24Hours } from '@signalbox/domain';
import { LATENCY_BUCKET_COUNT } from '@signalbox/domain';
import { rowsOf } from '@signalbox/postgres';
import type { DataSource } from 'typeorm';
import type { HealthLine, HealthPages } from '../../application/health-counts.port.ts';
import { noTotals } from '../../domain/webhook-health.ts';

const COUNTS = ['requests', 'succeeded', 'failed', 'retrying', 'waiting'] as const;
const LATENCIES = Array.from({ length: LATENCY_BUCKET_COUNT }, (_, index) => `l${index}`);
const columns = [...COUNTS, ...LATENCIES].join(', ');
const sums = COUNTS.map((name) => `sum(${name})::float8 AS ${name}`).join(', ');
const latencySums = LATENCIES.map((name) => `coalesce(sum(${name}), 0)`).join(', ');

/**
 * $1 tenant, $2 webhooks, $3 to $5 the window: whole hours, and the minutes before the first of them. One row of sums for
 * each webhook, with its hours for the sparkline beside it.
 */
const LINES = `
  WITH hours AS MATERIALIZED (
    SELECT webhook_id, start_at, ${columns} FROM webhook_hour
    WHERE webhook_id = ANY($2) AND tenant_id = $1 AND start_at >= $4 AND start_at < $5
  )
  SELECT webhook_id AS "webhookId", ${sums}, ARRAY[${latencySums}]::float8[] AS latency, (
    SELECT json_agg(json_build_object(
      'atMs', (extract(epoch FROM start_at) * 1000)::float8, 'requests', requests, 'failed', failed))
    FROM hours WHERE hours.webhook_id = buckets.webhook_id
  ) AS hours
  FROM (
    SELECT webhook_id, ${columns} FROM hours
    UNION ALL
    SELECT webhook_id, ${columns} FROM webhook_minute
    WHERE webhook_id = ANY($2) AND tenant_id = $1 AND start_at >= $3 AND start_at < $4
  ) AS buckets
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

type Line = Omit<HealthLine, 'hours'> & { readonly hours: HealthLine['hours'] | null };

export class PostgresHealthPages implements HealthPages {
  readonly #dataSource: DataSource;
  readonly #retentionMs: number;

  constructor(dataSource: DataSource, retentionMs: number) {
    this.#dataSource = dataSource;
    this.#retentionMs = retentionMs;
  }

  async lines(tenantId: string, webhookIds: readonly string[], window: Last24Hours): Promise<readonly HealthLine[]> {
    const { fromMs, wholeHoursFromMs, untilMs } = window;
    const lines = await rowsOf<Line>(this.#dataSource, LINES, [
      tenantId,
      webhookIds,
      new Date(fromMs),
      new Date(wholeHoursFromMs),
      new Date(untilMs),
    ]);
    const byId = new Map(lines.map((line) => [line.webhookId, line]));
    return webhookIds.map((webhookId) => {
      const line = byId.get(webhookId);
      return { ...noTotals, ...line, webhookId, hours: line?.hours ?? [] };
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
