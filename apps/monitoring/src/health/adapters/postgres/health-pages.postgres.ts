import type { Last24Hours } from '@signalbox/domain';
import { rowsOf } from '@signalbox/postgres';
import type { DataSource } from 'typeorm';
import type { HealthLine, HealthPages } from '../../application/health-counts.port.ts';
import type { DeliveryTotals } from '../../domain/webhook-health.ts';
import { noTotals } from '../../domain/webhook-health.ts';
import { COUNTS, LATENCIES, LATENCY_SUMS, countsOf } from './bucket-columns.ts';
import { windowBuckets, windowParameters } from './window-buckets.ts';

const sums = COUNTS.map((name) => `sum(${name}) AS ${name}`).join(', ');

/** Of the hours for the sparkline; an object of JSON for each of them would cost Postgres a third of the whole statement. */
const hourly = (what: string): string => `array_agg(${what}) FILTER (WHERE start_at >= $8)::text`;

/**
 * $1 tenant, $2 webhooks, from $3 the window; one row of sums for each webhook, and its hours for the sparkline, which begins at $8.
 */
const LINES = `
  SELECT webhook_id AS "webhookId", ${sums}, ${LATENCY_SUMS} AS latency,
    ${hourly("date_part('epoch', start_at)::int8")} AS "hourSeconds", ${hourly('requests')} AS "hourRequests",
    ${hourly('failed')} AS "hourFailed"
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

/** As Postgres gives it. */
interface Line extends DeliveryTotals {
  readonly webhookId: string;
  readonly latency: string;
  readonly hourSeconds: string | null;
  readonly hourRequests: string | null;
  readonly hourFailed: string | null;
}

function lineOf({ hourSeconds, hourRequests, hourFailed, latency, ...line }: Line): HealthLine {
  const [requests, failed] = [countsOf(hourRequests ?? ''), countsOf(hourFailed ?? '')];
  const hours = countsOf(hourSeconds ?? '').map((seconds, index) => {
    return { atMs: seconds * 1_000, requests: requests[index] ?? 0, failed: failed[index] ?? 0 };
  });
  return { ...line, latency: countsOf(latency), hours };
}

/** From so many on a page is asked for in two halves at once: adding up takes long enough that a second processor pays. */
const ASKED_IN_HALVES = 40;

export class PostgresHealthPages implements HealthPages {
  readonly #dataSource: DataSource;
  readonly #retentionMs: number;

  constructor(dataSource: DataSource, retentionMs: number) {
    this.#dataSource = dataSource;
    this.#retentionMs = retentionMs;
  }

  async lines(tenantId: string, webhookIds: readonly string[], window: Last24Hours): Promise<readonly HealthLine[]> {
    const ask = async (ids: readonly string[]): Promise<readonly Line[]> => {
      const parameters = [tenantId, ids, ...windowParameters(window), new Date(window.wholeHoursFromMs)];
      return rowsOf<Line>(this.#dataSource, LINES, parameters);
    };
    const half = webhookIds.length < ASKED_IN_HALVES ? webhookIds.length : Math.ceil(webhookIds.length / 2);
    const halves = [webhookIds.slice(0, half), webhookIds.slice(half)].filter((ids) => ids.length > 0);
    const lines = (await Promise.all(halves.map(ask))).flat();
    const byId = new Map(lines.map((line) => [line.webhookId, lineOf(line)]));
    return webhookIds.map((webhookId) => byId.get(webhookId) ?? { ...noTotals, webhookId, hours: [] });
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
