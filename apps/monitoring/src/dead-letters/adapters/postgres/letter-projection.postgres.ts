import type { PartitionPosition, TopicPartition } from '@signalbox/kafka';
import { rowsOf } from '@signalbox/postgres';
import type { DataSource, EntityManager } from 'typeorm';
import type { LetterBatch, LetterProjection } from '../../application/letter-projection.port.ts';
import { encodeHeaders } from './letter-row.ts';

/** Their values are up to a megabyte each. */
const ROWS_AT_ONCE = 50;

/** {@link LetterProjection} on the tables `dead_letter` and `projection_offset`. */
export class PostgresLetterProjection implements LetterProjection {
  readonly #dataSource: DataSource;

  constructor(dataSource: DataSource) {
    this.#dataSource = dataSource;
  }

  async locate(
    partitions: readonly (TopicPartition & { readonly logStart: number })[],
  ): Promise<readonly PartitionPosition[]> {
    const positions: PartitionPosition[] = [];
    for (const { topic, partition, logStart } of partitions) {
      await this.#dataSource.query(
        `INSERT INTO monitoring.projection_offset (topic, partition, next_offset) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`,
        [topic, partition, logStart],
      );
      positions.push({ topic, partition, offset: await this.#stands({ topic, partition }) });
    }
    return positions;
  }

  async project(batch: LetterBatch): Promise<'projected' | { readonly standsAt: number }> {
    const { topic, partition, from, to, letters } = batch;
    const isProjected = await this.#dataSource.transaction(async (manager) => {
      // Invariant 6: the compare-and-set.
      const moved = await rowsOf(
        manager,
        `UPDATE monitoring.projection_offset SET next_offset = $4, updated_at = now()
         WHERE topic = $1 AND partition = $2 AND next_offset = $3 RETURNING 1`,
        [topic, partition, from, to],
      );
      if (moved.length === 0) return false;
      for (let start = 0; start < letters.length; start += ROWS_AT_ONCE) {
        await insert(manager, letters.slice(start, start + ROWS_AT_ONCE));
      }
      return true;
    });
    return isProjected ? 'projected' : { standsAt: await this.#stands(batch) };
  }

  async forget(keptMs: number): Promise<number> {
    const forgotten = await rowsOf(
      this.#dataSource,
      `DELETE FROM monitoring.dead_letter WHERE at < now() - $1 * interval '1 ms' RETURNING 1`,
      [keptMs],
    );
    return forgotten.length;
  }

  async #stands({ topic, partition }: TopicPartition): Promise<number> {
    const [stored] = await rowsOf<{ readonly next_offset: number }>(
      this.#dataSource,
      'SELECT next_offset FROM monitoring.projection_offset WHERE topic = $1 AND partition = $2',
      [topic, partition],
    );
    if (stored === undefined) throw new Error(`the table projection_offset lost the position of ${topic}`);
    return stored.next_offset;
  }
}

/**
 * A record that is put aside again, as by a rebuild or by a role that was killed before it committed, is the letter it was: the
 * first one stands, with what was decided about it. One that lies there in a topic that was made anew is another.
 */
const INSERT = `
  INSERT INTO monitoring.dead_letter (log_partition, log_offset, at, reason, message, stage, source_topic, source_partition,
    source_offset, tenant_id, size_bytes, is_cut, record_key, record_value, record_headers)
  SELECT * FROM unnest($1::int4[], $2::int8[], $3::timestamptz[], $4::text[], $5::text[], $6::text[], $7::text[], $8::int4[],
    $9::int8[], $10::text[], $11::int4[], $12::bool[], $13::bytea[], $14::bytea[], $15::bytea[])
    AS put (log_partition, log_offset, at, reason, message, stage, source_topic, source_partition, source_offset, tenant_id,
      size_bytes, is_cut, record_key, record_value, record_headers)
  WHERE NOT EXISTS (
    SELECT FROM monitoring.dead_letter AS known
    WHERE known.source_topic = put.source_topic AND known.source_partition = put.source_partition
      AND known.source_offset = put.source_offset AND known.stage = put.stage
      AND known.record_key IS NOT DISTINCT FROM put.record_key AND known.record_value IS NOT DISTINCT FROM put.record_value
  )
  ON CONFLICT DO NOTHING`;

async function insert(manager: EntityManager, letters: LetterBatch['letters']): Promise<void> {
  const put = firstOfEach(letters);
  await manager.query(INSERT, [
    put.map(({ partition }) => partition),
    put.map(({ offset }) => offset),
    put.map(({ atMs }) => new Date(atMs)),
    put.map(({ reason }) => reason),
    put.map(({ message }) => message),
    put.map(({ stage }) => stage),
    put.map(({ source }) => source?.topic ?? null),
    put.map(({ source }) => source?.partition ?? null),
    put.map(({ source }) => source?.offset ?? null),
    put.map(({ tenantId }) => tenantId),
    put.map(({ sizeBytes }) => sizeBytes),
    put.map(({ isCut }) => isCut),
    put.map(({ key }) => key),
    put.map(({ value }) => value),
    put.map(({ headers }) => encodeHeaders(headers)),
  ]);
}

/** Within one statement none of its rows is known yet. */
function firstOfEach(letters: LetterBatch['letters']): LetterBatch['letters'] {
  const seen = new Set<string>();
  return letters.filter(({ source, stage, partition, offset, ...record }) => {
    const bytes = [record.key, record.value].map((part) => part?.toString('base64') ?? null);
    const key =
      source === null
        ? `${partition}/${offset}`
        : JSON.stringify([stage, source.topic, source.partition, source.offset, ...bytes]);
    return !seen.has(key) && seen.add(key);
  });
}
