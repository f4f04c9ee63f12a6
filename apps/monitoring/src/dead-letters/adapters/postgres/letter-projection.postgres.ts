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

  async forget(beforeMs: number): Promise<number> {
    const forgotten = await rowsOf(this.#dataSource, 'DELETE FROM monitoring.dead_letter WHERE at < $1 RETURNING 1', [
      new Date(beforeMs),
    ]);
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

async function insert(manager: EntityManager, letters: LetterBatch['letters']): Promise<void> {
  const parameters: unknown[] = [];
  const rows = letters.map((letter) => {
    const { source } = letter;
    const values = [
      letter.partition,
      letter.offset,
      new Date(letter.atMs),
      letter.reason,
      letter.message,
      letter.stage,
      source?.topic ?? null,
      source?.partition ?? null,
      source?.offset ?? null,
      letter.tenantId,
      letter.sizeBytes,
      letter.isCut,
      letter.key,
      letter.value,
      encodeHeaders(letter.headers),
    ];
    return `(${values.map((value) => `$${parameters.push(value)}`).join(', ')})`;
  });
  await manager.query(
    `INSERT INTO monitoring.dead_letter (log_partition, log_offset, at, reason, message, stage, source_topic, source_partition,
       source_offset, tenant_id, size_bytes, is_cut, record_key, record_value, record_headers)
     VALUES ${rows.join(', ')} ON CONFLICT DO NOTHING`,
    parameters,
  );
}
