import type { SqlRunner } from '@signalbox/postgres';
import { rowsOf } from '@signalbox/postgres';
import type { TopicPartition } from '@signalbox/kafka';
import type { DataSource } from 'typeorm';
import { ms } from '../../../database/unix-ms.sql.ts';
import type { RebuiltTables } from '../../application/rebuild.ts';
import type { HeldWebhook, LogCut, LostDeliveries } from '../../application/restorable.ts';
import type { LogRange } from '../../domain/log-remains.ts';

/** All that is made of `deliveries` and `attempts`. */
export const REBUILT_TABLES: readonly string[] = [
  'delivery',
  'attempt',
  'delivery_place',
  'webhook_minute',
  'webhook_hour',
  'tenant_minute',
  'tenant_hour',
  'breaker_change',
  'webhook_breaker',
];

export class PostgresRebuiltTables implements RebuiltTables {
  readonly #dataSource: DataSource;
  readonly #topics: readonly string[];
  readonly #retentionMs: number;

  /** `topics`: what the tables are made of. Other projections keep their positions in the same table. */
  constructor(dataSource: DataSource, topics: readonly string[], retentionMs: number) {
    this.#dataSource = dataSource;
    this.#topics = topics;
    this.#retentionMs = retentionMs;
  }

  async isUnderWay(ranges: readonly LogRange[]): Promise<boolean> {
    return (await unfinishedSince(this.#dataSource, ranges)) !== null;
  }

  async webhooks(): Promise<readonly HeldWebhook[]> {
    return rowsOf(
      this.#dataSource,
      `SELECT webhook_id AS "webhookId", ${ms('min(first_scheduled_at)')} AS "firstMs" FROM monitoring.delivery
       WHERE first_scheduled_at >= now() - $1 * interval '1 ms' GROUP BY webhook_id`,
      [this.#retentionMs],
    );
  }

  async before(cuts: readonly LogCut[]): Promise<LostDeliveries | null> {
    const [lost] = await rowsOf<LostDeliveries>(
      this.#dataSource,
      `SELECT count(*)::float8 AS deliveries, ${ms('min(first_scheduled_at)')} AS "firstMs",
         ${ms('max(first_scheduled_at)')} AS "lastMs"
       FROM monitoring.delivery
       JOIN unnest($2::text[], $3::float8[], $4::float8[]) AS cut (webhook_id, facts_until, records_until) USING (webhook_id)
       WHERE first_scheduled_at >= now() - $1 * interval '1 ms'
         AND (first_scheduled_at < to_timestamp(cut.records_until / 1000)
           OR state <> 'queued' AND first_scheduled_at < to_timestamp(cut.facts_until / 1000))`,
      [
        this.#retentionMs,
        cuts.map(({ webhookId }) => webhookId),
        cuts.map(({ factsUntilMs }) => factsUntilMs),
        cuts.map(({ recordsUntilMs }) => recordsUntilMs),
      ],
    );
    return lost === undefined || lost.deliveries === 0 ? null : lost;
  }

  async begin(ranges: readonly LogRange[]): Promise<'begun' | 'continued'> {
    return this.#dataSource.transaction(async (manager) => {
      // As whoever asks for a rebuild, then what projectors change first: so nobody waits in a circle.
      await manager.query('LOCK TABLE monitoring.rebuild, monitoring.projection_offset IN ACCESS EXCLUSIVE MODE');
      if ((await unfinishedSince(manager, ranges)) !== null) return 'continued';
      await manager.query('DELETE FROM monitoring.rebuild');
      const targets = ranges.map(({ topic, partition, logEnd }) => ({ topic, partition, until: logEnd }));
      await manager.query('INSERT INTO monitoring.rebuild (targets) VALUES ($1)', [JSON.stringify(targets)]);
      await manager.query('DELETE FROM monitoring.projection_offset WHERE topic = ANY ($1)', [this.#topics]);
      // A projector whose position is gone would wait for it for ever, were this process killed before it projects.
      await manager.query(
        `INSERT INTO monitoring.projection_offset (topic, partition, next_offset)
         SELECT * FROM unnest($1::text[], $2::int4[], $3::int8[])`,
        [
          ranges.map(({ topic }) => topic),
          ranges.map(({ partition }) => partition),
          ranges.map(({ logStart }) => logStart),
        ],
      );
      await manager.query(`TRUNCATE ${REBUILT_TABLES.map((table) => `monitoring.${table}`).join(', ')}`);
      return 'begun';
    });
  }

  async positions(): Promise<readonly (TopicPartition & { readonly offset: number })[]> {
    return rowsOf(
      this.#dataSource,
      'SELECT topic, partition, next_offset AS "offset" FROM monitoring.projection_offset WHERE topic = ANY ($1)',
      [this.#topics],
    );
  }

  async end(): Promise<void> {
    await this.#dataSource.query('DELETE FROM monitoring.rebuild');
  }
}

/** $1 to $4 where the logs are now, as far as that is known: one that was made anew, or that retention emptied, is read no further. */
const UNFINISHED = `
  SELECT started_at::text AS "begunAt" FROM monitoring.rebuild
  CROSS JOIN LATERAL jsonb_to_recordset(targets) AS target (topic text, partition int4, until int8)
  LEFT JOIN monitoring.projection_offset AS known USING (topic, partition)
  LEFT JOIN unnest($1::text[], $2::int4[], $3::int8[], $4::int8[]) AS log (topic, partition, log_start, log_end) USING (topic, partition)
  WHERE greatest(known.next_offset, log.log_start, 0) < least(target.until, log.log_end) LIMIT 1`;

/** When the rebuild was begun that nobody has carried out to where the logs ended then, as Postgres writes it; null without one. */
export async function unfinishedSince(runner: SqlRunner, ranges: readonly LogRange[]): Promise<string | null> {
  const [rebuild] = await rowsOf<{ begunAt: string }>(runner, UNFINISHED, [
    ranges.map(({ topic }) => topic),
    ranges.map(({ partition }) => partition),
    ranges.map(({ logStart }) => logStart),
    ranges.map(({ logEnd }) => logEnd),
  ]);
  return rebuild?.begunAt ?? null;
}
