import { rowsOf } from '@signalbox/postgres';
import type { TopicPartition } from '@signalbox/kafka';
import type { DataSource } from 'typeorm';
import type { RebuiltTables } from '../../application/rebuild.ts';

/** All that is made of `deliveries` and `attempts`. */
const TABLES = [
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

  /** `topics`: what the tables are made of. Other projections keep their positions in the same table. */
  constructor(dataSource: DataSource, topics: readonly string[]) {
    this.#dataSource = dataSource;
    this.#topics = topics;
  }

  async begin(): Promise<'begun' | 'continued'> {
    return this.#dataSource.transaction(async (manager) => {
      // First what projectors change first: so nobody waits in a circle.
      await manager.query('LOCK TABLE monitoring.projection_offset, monitoring.rebuild IN ACCESS EXCLUSIVE MODE');
      const open = await rowsOf<object>(manager, 'SELECT 1 FROM monitoring.rebuild');
      if (open.length > 0) return 'continued';
      await manager.query('INSERT INTO monitoring.rebuild DEFAULT VALUES');
      await manager.query('DELETE FROM monitoring.projection_offset WHERE topic = ANY ($1)', [this.#topics]);
      await manager.query(`TRUNCATE ${TABLES.map((table) => `monitoring.${table}`).join(', ')}`);
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
