import { rowsOf } from '@signalbox/postgres';
import type { EntityManager } from 'typeorm';
import type { Slice, StoredRows } from '../../application/stored-rows.port.ts';
import type { BucketCounts } from '../../domain/bucket-recount.ts';
import type { StoredDelivery } from '../../domain/compare-delivery.ts';
import type { ComparedTime, StoredFact } from '../../domain/compare.ts';
import { digestsOf } from '../../domain/counted-fact.ts';

const ms = (name: string): string => `(extract(epoch FROM ${name}) * 1000)::float8`;

const DELIVERY = `delivery_id AS "deliveryId", tenant_id AS "tenantId", webhook_id AS "webhookId",
  ${ms('first_scheduled_at')} AS "firstScheduledAtMs", event_type AS "eventType", state, is_request AS "isRequest",
  ${ms('standing_at')} AS "standingAtMs", ${ms('next_at')} AS "nextAtMs", reason, round, round_state AS "roundState",
  ${ms('round_next_at')} AS "roundNextAtMs", has_succeeded AS "hasSucceeded", ${ms('best_at')} AS "bestAtMs",
  best_total_ms AS "bestTotalMs", status_code AS "statusCode", error_class AS "errorClass", has_expired AS "hasExpired"`;

const ATTEMPT = `delivery_id AS "deliveryId", webhook_id AS "webhookId", ${ms('first_scheduled_at')} AS "firstScheduledAtMs",
  kind, outcome, round, attempt_number AS "attemptNumber", CASE kind WHEN 'deferred' THEN wait_number ELSE 0 END AS deferrals,
  ${ms('at')} AS "atMs", total_ms AS "totalMs", status_code AS "statusCode", error_class AS "errorClass",
  tenant_id AS "tenantId", ${ms('next_at')} AS "nextAtMs",
  json_build_array(${ms('started_at')}, dns_ms, connect_ms, tls_ms, first_byte_ms, error, answer, verdict, reason, detail,
    deferrals, webhook_epoch, webhook_version) AS told`;

/** `told`: what of it is held as digests. */
type ToldFact = Omit<StoredFact, 'further'> & { readonly told: readonly (string | number | null)[] };

const PORTION = 2_000;
/** Columns of a bucket that are no counts. */
const KEYS = new Set(['tenant_id', 'webhook_id', 'start_at', 'has_open', 'startMs']);

/** Reads within the transaction it is given, which must be REPEATABLE READ. */
export class PostgresStoredRows implements StoredRows {
  readonly #snapshot: EntityManager;

  constructor(snapshot: EntityManager) {
    this.#snapshot = snapshot;
  }

  async positions(topic: string): Promise<readonly { readonly partition: number; readonly offset: number }[]> {
    return rowsOf(
      this.#snapshot,
      'SELECT partition, next_offset AS "offset" FROM projection_offset WHERE topic = $1 ORDER BY partition',
      [topic],
    );
  }

  async putAside(topic: string): Promise<ReadonlySet<string>> {
    const rows = await rowsOf<{ at: string }>(
      this.#snapshot,
      `SELECT source_partition || '/' || source_offset AS at FROM dead_letter WHERE source_topic = $1`,
      [topic],
    );
    return new Set(rows.map(({ at }) => at));
  }

  deliveries(slice: Slice, time: ComparedTime): AsyncIterable<readonly StoredDelivery[]> {
    return this.#portions(`SELECT ${DELIVERY} FROM delivery`, 'first_scheduled_at', slice, time);
  }

  async *attempts(slice: Slice, time: ComparedTime): AsyncIterable<readonly StoredFact[]> {
    const select = `SELECT ${ATTEMPT} FROM attempt`;
    for await (const rows of this.#portions<ToldFact>(select, 'first_scheduled_at', slice, time)) {
      yield rows.map(({ told, ...row }) => ({ ...row, further: digestsOf(told) }));
    }
  }

  async *buckets(
    table: 'webhook_minute' | 'webhook_hour',
    slice: Slice,
    time: ComparedTime,
  ): AsyncIterable<readonly BucketCounts[]> {
    const select = `SELECT *, ${ms('start_at')} AS "startMs" FROM ${table}`;
    for await (const rows of this.#portions<StoredBucket>(select, 'start_at', slice, time)) yield rows.map(countsOf);
  }

  async differingTenants({ sinceMs, untilMs }: ComparedTime): Promise<readonly string[]> {
    const differing = await Promise.all(
      ['minute', 'hour'].map(async (width) => {
        const rows = await rowsOf<{ tenant: string; at: string }>(this.#snapshot, tenantsThatDiffer(width), [
          new Date(sinceMs),
          new Date(untilMs),
        ]);
        return rows.map(({ tenant, at }) => {
          const whose = tenant === '' ? 'all tenants' : `tenant ${tenant}`;
          return `${width} ${at} of ${whose}: its counts are not those of the webhooks added up`;
        });
      }),
    );
    return differing.flat();
  }

  async *#portions<Row>(
    select: string,
    by: string,
    { index, count, webhookId }: Slice,
    { sinceMs, untilMs }: ComparedTime,
  ): AsyncIterable<readonly Row[]> {
    // A cursor takes no parameters; a setting of the transaction is one, whatever is in the id.
    await this.#snapshot.query(`SELECT set_config('signalbox.webhook', $1, true)`, [webhookId ?? '']);
    const ofSlice =
      webhookId === null
        ? `get_byte(decode(md5(webhook_id), 'hex'), 0) % ${count} = ${index}`
        : `webhook_id = current_setting('signalbox.webhook')`;
    const [since, until] = [new Date(sinceMs).toISOString(), new Date(untilMs).toISOString()];
    await this.#snapshot.query(
      `DECLARE verified NO SCROLL CURSOR FOR ${select} WHERE ${by} >= '${since}' AND ${by} < '${until}' AND ${ofSlice}`,
    );
    try {
      for (;;) {
        const rows = await rowsOf<Row>(this.#snapshot, `FETCH ${PORTION} FROM verified`);
        if (rows.length === 0) return;
        yield rows;
      }
    } finally {
      await this.#snapshot.query('CLOSE verified');
    }
  }
}

interface StoredBucket extends Readonly<Record<string, unknown>> {
  readonly tenant_id: string;
  readonly webhook_id: string;
  readonly startMs: number;
}

function countsOf(row: StoredBucket): BucketCounts {
  const counts = new Map<string, number>();
  for (const [name, value] of Object.entries(row)) {
    if (!KEYS.has(name) && typeof value === 'number' && value !== 0) counts.set(name, value);
  }
  return { tenantId: row.tenant_id, webhookId: row.webhook_id, startMs: row.startMs, counts };
}

/** $1 and $2 the time. Each side's row as JSON without keys and nulls; zeros of rows that counted and moved on are nothing. */
function tenantsThatDiffer(width: string): string {
  const sums = (table: string, owners: string): string => `
    SELECT tenant, start_at, jsonb_object_agg(name, total) FILTER (WHERE total <> 0) AS counts
    FROM (
      SELECT owner.tenant, start_at, counted.name, sum(counted.value::text::int8) AS total
      FROM ${table} AS bucket
      CROSS JOIN LATERAL (VALUES ${owners}) AS owner (tenant)
      CROSS JOIN LATERAL jsonb_each(
        jsonb_strip_nulls(to_jsonb(bucket) - ARRAY['tenant_id', 'webhook_id', 'shard', 'start_at', 'has_open'])
      ) AS counted (name, value)
      WHERE start_at >= $1 AND start_at < $2
      GROUP BY owner.tenant, start_at, counted.name
    ) AS totals
    GROUP BY tenant, start_at`;
  return `
    SELECT tenant, to_char(start_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI"Z"') AS at
    FROM (${sums(`webhook_${width}`, `(bucket.tenant_id), ('')`)}) AS webhooks
    FULL JOIN (${sums(`tenant_${width}`, '(bucket.tenant_id)')}) AS tenants USING (tenant, start_at)
    WHERE webhooks.counts IS DISTINCT FROM tenants.counts
    ORDER BY start_at, tenant LIMIT 100`;
}
