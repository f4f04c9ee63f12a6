import { LATENCY_BUCKET_COUNT } from '@signalbox/domain';
import { rowsOf } from '@signalbox/postgres';
import type { EntityManager } from 'typeorm';
import type { StoredCounts } from '../../application/stored-counts.port.ts';
import type { MinuteCount, StoredDelivery } from '../../domain/compare.ts';
import { bucketKey, keyOf } from '../../domain/compare.ts';

const attempts = Array.from({ length: LATENCY_BUCKET_COUNT }, (_, index) => `coalesce(l${index}, 0)`).join(' + ');

/** Reads within the transaction it is given, which must be REPEATABLE READ. */
export class PostgresStoredCounts implements StoredCounts {
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

  async deliveries(sinceMs: number): Promise<ReadonlyMap<string, StoredDelivery>> {
    const rows = await rowsOf<StoredDelivery>(
      this.#snapshot,
      `SELECT delivery.delivery_id AS "deliveryId", delivery.tenant_id AS "tenantId", delivery.webhook_id AS "webhookId",
         (extract(epoch FROM delivery.first_scheduled_at) * 1000)::float8 AS "firstScheduledAtMs", state,
         is_request AS "isRequest", coalesce(made.attempts, 0)::int AS attempts
       FROM delivery
       LEFT JOIN (
         SELECT delivery_id, first_scheduled_at, count(*) AS attempts FROM attempt
         WHERE kind = 'attempted' AND first_scheduled_at >= $1 GROUP BY delivery_id, first_scheduled_at
       ) AS made USING (delivery_id, first_scheduled_at)
       WHERE first_scheduled_at >= $1 AND state <> 'queued'`,
      [new Date(sinceMs)],
    );
    return new Map(rows.map((row) => [keyOf(row), row]));
  }

  async minutes(sinceMs: number): Promise<ReadonlyMap<string, MinuteCount>> {
    return this.#buckets('webhook_minute', sinceMs);
  }

  async hours(sinceMs: number): Promise<ReadonlyMap<string, MinuteCount>> {
    return this.#buckets('webhook_hour', sinceMs);
  }

  async #buckets(table: string, sinceMs: number): Promise<ReadonlyMap<string, MinuteCount>> {
    const rows = await rowsOf<MinuteCount>(
      this.#snapshot,
      `SELECT tenant_id AS "tenantId", webhook_id AS "webhookId",
         (extract(epoch FROM start_at) * 1000)::float8 AS "startMs", requests, succeeded, failed, ${attempts} AS attempts
       FROM ${table} WHERE start_at >= $1`,
      [new Date(sinceMs)],
    );
    return new Map(rows.map((row) => [bucketKey(row), row]));
  }
}
