import { rowsOf } from '@signalbox/postgres';
import type { DataSource } from 'typeorm';
import type { BreakerHistory } from '../../application/health-counts.port.ts';
import type { BreakerChange } from '../../domain/webhook-health.ts';

const ms = (column: string): string => `(extract(epoch FROM ${column}) * 1000)::float8`;

const CHANGE = `${ms('at')} AS "atMs", state, reason, ${ms('open_since')} AS "openSinceMs",
  ${ms('next_probe_at')} AS "nextProbeAtMs"`;

/** A spell has two changes for each probe, and probes get rare: so many reach back to what opened the breaker. */
const BEFORE = 100;
const SINCE = 500;

/** $1 tenant, $2 webhook, $3 since when. */
const CHANGES = `
  SELECT * FROM (
    (SELECT ${CHANGE} FROM breaker_change WHERE webhook_id = $2 AND tenant_id = $1 AND at < $3 ORDER BY at DESC LIMIT ${BEFORE})
    UNION ALL
    (SELECT ${CHANGE} FROM breaker_change WHERE webhook_id = $2 AND tenant_id = $1 AND at >= $3 ORDER BY at DESC LIMIT ${SINCE})
  ) AS changes ORDER BY "atMs"`;

/** $1 tenant, $2 webhooks. */
const LATEST = `
  SELECT asked.webhook_id AS "webhookId", change.*
  FROM unnest($2::text[]) AS asked (webhook_id)
  CROSS JOIN LATERAL (
    SELECT ${CHANGE} FROM breaker_change
    WHERE breaker_change.webhook_id = asked.webhook_id AND tenant_id = $1 ORDER BY at DESC LIMIT ${BEFORE}
  ) AS change
  ORDER BY "webhookId", "atMs"`;

export class PostgresBreakerHistory implements BreakerHistory {
  readonly #dataSource: DataSource;

  constructor(dataSource: DataSource) {
    this.#dataSource = dataSource;
  }

  async changes(tenantId: string, webhookId: string, sinceMs: number): Promise<readonly BreakerChange[]> {
    return rowsOf<BreakerChange>(this.#dataSource, CHANGES, [tenantId, webhookId, new Date(sinceMs)]);
  }

  async latest(
    tenantId: string,
    webhookIds: readonly string[],
  ): Promise<ReadonlyMap<string, readonly BreakerChange[]>> {
    const rows = await rowsOf<BreakerChange & { readonly webhookId: string }>(this.#dataSource, LATEST, [
      tenantId,
      webhookIds,
    ]);
    return Map.groupBy(rows, ({ webhookId }) => webhookId);
  }
}
