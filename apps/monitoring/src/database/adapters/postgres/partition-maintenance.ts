import type { DataSource, EntityManager } from 'typeorm';
import { PARTITIONED_TABLES, isOutlived, wantedPartitions } from '../../domain/partition-plan.ts';
import type { Partition } from '../../domain/partition-plan.ts';

/** Any constant that nothing else uses in this database. */
const MAINTENANCE_LOCK = 0x5349_4750;

export interface Maintained {
  readonly made: readonly string[];
  readonly dropped: readonly string[];
  /** What could not be done now, e.g. because the table was busy. */
  readonly failed: readonly { readonly name: string; readonly error: unknown }[];
  /** Rows that no partition was there for: the time of their events is odd, or maintenance was away for long. */
  readonly strayRows: number;
}

/**
 * Makes partitions ahead and drops those that are older than the retention. Each change waits a second at most for the
 * table, and so do writers behind it; what did not succeed is tried again the next time.
 */
export class PartitionMaintenance {
  readonly #dataSource: DataSource;

  constructor(dataSource: DataSource) {
    this.#dataSource = dataSource;
  }

  async run(nowMs: number, retentionMs: number): Promise<Maintained> {
    const existing = new Set(await this.#existing());
    const missing = wantedPartitions(nowMs).filter(({ name }) => !existing.has(name));
    const outlived = [...existing].filter((name) => isOutlived(name, nowMs, retentionMs));
    const failed: Maintained['failed'][number][] = [];
    const made = await this.#each(missing, ({ name }) => name, make, failed);
    const dropped = await this.#each(outlived, (name) => name, drop, failed);
    await this.#forget(new Date(nowMs - retentionMs));
    return { made, dropped, failed, strayRows: await this.#strayRows() };
  }

  async #each<T>(
    items: readonly T[],
    nameOf: (item: T) => string,
    change: Change<T>,
    failed: Maintained['failed'][number][],
  ): Promise<readonly string[]> {
    const done: string[] = [];
    for (const item of items) {
      const name = nameOf(item);
      try {
        if (await this.#alone((manager) => change(manager, item))) done.push(name);
      } catch (error) {
        failed.push({ name, error });
      }
    }
    return done;
  }

  /** False, and nothing done, while another instance is at it. */
  async #alone(change: (manager: EntityManager) => Promise<void>): Promise<boolean> {
    return this.#dataSource.transaction(async (manager) => {
      const [lock] = await manager.query<{ held: boolean }[]>('SELECT pg_try_advisory_xact_lock($1) AS held', [
        MAINTENANCE_LOCK,
      ]);
      if (lock?.held !== true) return false;
      await manager.query("SET LOCAL lock_timeout = '1s'");
      await change(manager);
      return true;
    });
  }

  async #existing(): Promise<readonly string[]> {
    const rows = await this.#dataSource.query<{ name: string }[]>(
      `SELECT child.relname AS name FROM pg_inherits
       JOIN pg_class child ON child.oid = inhrelid JOIN pg_namespace n ON n.oid = child.relnamespace
       WHERE n.nspname = 'monitoring' AND child.relkind = 'r'`,
    );
    return rows.map(({ name }) => name);
  }

  /** What is not in partitions by time. */
  async #forget(before: Date): Promise<void> {
    await this.#dataSource.query('DELETE FROM monitoring.breaker_change WHERE at < $1', [before]);
    for (const { table, by } of PARTITIONED_TABLES) {
      await this.#dataSource.query(`DELETE FROM monitoring.${table}_default WHERE ${by} < $1`, [before]);
    }
  }

  async #strayRows(): Promise<number> {
    const [row] = await this.#dataSource.query<{ count: number }[]>('SELECT count(*) FROM monitoring.delivery_default');
    return row?.count ?? 0;
  }
}

type Change<T> = (manager: EntityManager, item: T) => Promise<void>;

async function make(manager: EntityManager, { table, by, name, fromMs, toMs }: Partition): Promise<void> {
  const bounds = `FROM ('${new Date(fromMs).toISOString()}') TO ('${new Date(toMs).toISOString()}')`;
  // As a table of its own first: strays move into it, because a partition cannot be made for rows the default one holds.
  await manager.query(
    `CREATE TABLE monitoring.${name} (LIKE monitoring.${table} INCLUDING ALL) WITH (fillfactor = 80)`,
  );
  await manager.query(`LOCK TABLE monitoring.${table}_default IN ACCESS EXCLUSIVE MODE`);
  const columns = await storedColumns(manager, table);
  await manager.query(
    `WITH stray AS (DELETE FROM monitoring.${table}_default WHERE ${by} >= $1 AND ${by} < $2 RETURNING *)
     INSERT INTO monitoring.${name} (${columns}) SELECT ${columns} FROM stray`,
    [new Date(fromMs), new Date(toMs)],
  );
  await manager.query(`ALTER TABLE monitoring.${table} ATTACH PARTITION monitoring.${name} FOR VALUES ${bounds}`);
}

/** All but those that Postgres computes itself. */
async function storedColumns(manager: EntityManager, table: string): Promise<string> {
  const [row] = await manager.query<{ columns: string }[]>(
    `SELECT string_agg(quote_ident(column_name), ', ') AS columns FROM information_schema.columns
     WHERE table_schema = 'monitoring' AND table_name = $1 AND is_generated = 'NEVER'`,
    [table],
  );
  return row?.columns ?? '';
}

async function drop(manager: EntityManager, name: string): Promise<void> {
  await manager.query(`DROP TABLE monitoring.${name}`);
}
