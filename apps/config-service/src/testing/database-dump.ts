import { inTransaction, rowsOf } from '@signalbox/postgres';
import type { DataSource, EntityManager } from 'typeorm';

interface Sequence {
  readonly name: string;
  readonly last: number | null;
}

/** All tables of the service as they were at one moment, to be put back later, as an operator restores a dump. */
export class DatabaseDump {
  readonly #dataSource: DataSource;
  readonly #tables: readonly string[];
  readonly #sequences: readonly Sequence[];

  private constructor(dataSource: DataSource, tables: readonly string[], sequences: readonly Sequence[]) {
    this.#dataSource = dataSource;
    this.#tables = tables;
    this.#sequences = sequences;
  }

  static async take(dataSource: DataSource): Promise<DatabaseDump> {
    return inTransaction(
      dataSource,
      async (manager) => {
        const tables = (
          await rowsOf<{ name: string }>(
            manager,
            `SELECT table_name AS name FROM information_schema.tables
             WHERE table_schema = 'config' AND table_type = 'BASE TABLE'`,
          )
        ).map(({ name }) => name);
        await manager.query('DROP SCHEMA IF EXISTS dump CASCADE');
        await manager.query('CREATE SCHEMA dump');
        for (const name of tables) await manager.query(`CREATE TABLE dump."${name}" AS TABLE config."${name}"`);
        const sequences = await rowsOf<Sequence>(
          manager,
          `SELECT sequencename AS name, last_value::float8 AS last FROM pg_sequences WHERE schemaname = 'config'`,
        );
        return new DatabaseDump(dataSource, tables, sequences);
      },
      { isolation: 'REPEATABLE READ' },
    );
  }

  /** Nobody may use the database meanwhile. */
  async restore(): Promise<void> {
    await inTransaction(this.#dataSource, async (manager) => {
      await manager.query(`TRUNCATE ${this.#tables.map((name) => `config."${name}"`).join(', ')} CASCADE`);
      for (const name of this.#tables) await putBack(manager, name);
      for (const { name, last } of this.#sequences) {
        await manager.query('SELECT setval($1, $2, $3)', [`config."${name}"`, last ?? 1, last !== null]);
      }
    });
  }
}

async function putBack(manager: EntityManager, table: string): Promise<void> {
  const columns = await rowsOf<{ name: string }>(
    manager,
    `SELECT quote_ident(column_name) AS name FROM information_schema.columns
     WHERE table_schema = 'config' AND table_name = $1 AND is_generated = 'NEVER'`,
    [table],
  );
  const names = columns.map(({ name }) => name).join(', ');
  await manager.query(
    `INSERT INTO config."${table}" (${names}) OVERRIDING SYSTEM VALUE SELECT ${names} FROM dump."${table}"`,
  );
}
