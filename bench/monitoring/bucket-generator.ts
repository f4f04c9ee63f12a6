import type { Client } from 'pg';

const TABLES = [
  { table: 'webhook_hour', step: '1 hour', since: '25 hours' },
  { table: 'webhook_minute', step: '1 minute', since: '24 hours' },
] as const;

/** Minutes of every webhook beside the 100 that are asked for: one in so many. */
const MINUTES_SHARE = 16;

/**
 * Fills in 24 hours of buckets: every hour and every minute of the webhooks in `asked`, every hour and one minute in 16 of the
 * `others`. Ten latency buckets of each row hold something, as of an endpoint that answers now fast and now slowly.
 */
export async function generateBuckets(
  database: Client,
  tenantId: string,
  asked: readonly string[],
  others: number,
): Promise<number> {
  const latency = Array.from({ length: 10 }, (_, index) => `l${10 + index * 2}`);
  let rows = 0;
  for (const { table, step, since } of TABLES) {
    const isMinute = table === 'webhook_minute';
    const result = await database.query(
      `INSERT INTO monitoring.${table}
         (webhook_id, tenant_id, start_at, requests, succeeded, failed, expired, abandoned, retrying, waiting, error_timeout,
          ${latency.join(', ')})
       SELECT webhook_id, $1, start_at, 60, 55, 3, 0, 0, 1, 1, 4, ${latency.map((_, index) => 3 + index).join(', ')}
       FROM (
         SELECT unnest($2::text[]) AS webhook_id, 1 AS every UNION ALL
         SELECT 'other' || lpad(number::text, 16, '0'), $4::int FROM generate_series(1, $3::int) AS number
       ) AS webhooks
       CROSS JOIN generate_series(
         date_trunc('${isMinute ? 'minute' : 'hour'}', now()) - interval '${since}', now(), interval '${step}') AS start_at
       WHERE extract(epoch FROM start_at)::int8 / 60 % every = 0
       ON CONFLICT DO NOTHING`,
      [tenantId, asked, others, isMinute ? MINUTES_SHARE : 1],
    );
    rows += result.rowCount ?? 0;
    await database.query(`ANALYZE monitoring.${table}`);
  }
  return rows;
}
