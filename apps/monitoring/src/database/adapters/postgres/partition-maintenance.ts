import { setTimeout as delay } from 'node:timers/promises';
import { databaseNowMs } from '@signalbox/postgres';
import type { DataSource, EntityManager } from 'typeorm';
import { MAINTENANCE_LOCK } from '../../maintenance-lock.ts';
import { PARTITIONED_TABLES, isOutlived, wantedPartitions } from '../../domain/partition-plan.ts';
import type { Partition } from '../../domain/partition-plan.ts';
import { COUNT_STRAY_ROWS } from '../../stray-rows.sql.ts';

export interface Maintained {
  readonly made: readonly string[];
  readonly dropped: readonly string[];
  /** What could not be done now, e.g. because the table was busy. */
  readonly failed: readonly { readonly name: string; readonly error: unknown }[];
  /** Rows that no partition was there for: the time of their events is odd, or maintenance was away for long. */
  readonly strayRows: number;
}

/** What a writer waits behind a change of ours at most, and how often a change that did not come to its turn is tried. */
const LOCK_TIMEOUT_MS = 100;
const TRIES = 20;
const BETWEEN_TRIES_MS = 250;

/**
 * Makes partitions ahead and drops those that are older than the retention. A change needs the whole table for a moment:
 * it waits for it so shortly that writers who queue behind it hardly notice, and tries again between them. What did not
 * succeed is tried again the next time. (DETACH … CONCURRENTLY is refused by Postgres where there is a default partition.)
 */
export class PartitionMaintenance {
  readonly #dataSource: DataSource;
  readonly #tries: number;

  /** @param tries of each change that finds its table busy; default 20, a quarter of a second apart. */
  constructor(dataSource: DataSource, tries = TRIES) {
    this.#dataSource = dataSource;
    this.#tries = tries;
  }

  /** @param atMs default: the database's time. One host's clock, days ahead, would drop what all instances keep. */
  async run(retentionMs: number, atMs?: number): Promise<Maintained> {
    const nowMs = atMs ?? (await databaseNowMs(this.#dataSource));
    const existing = await this.#existing();
    const names = new Set(existing.map(({ name }) => name));
    const missing = wantedPartitions(nowMs).filter(({ name }) => !names.has(name));
    const outlived = existing.filter(({ name }) => isOutlived(name, nowMs, retentionMs));
    const failed: Maintained['failed'][number][] = [];
    const made = await this.#each(missing, make, failed);
    const attached = outlived.filter(({ parent }) => parent !== null);
    const detached = new Set(await this.#each(attached, detach, failed));
    // By itself now, so that nobody waits while its files go. One that a killed process has detached is dropped as well.
    const droppable = outlived.filter(({ name, parent }) => parent === null || detached.has(name));
    const dropped = await this.#each(droppable, drop, failed);
    await this.#forget(new Date(nowMs - retentionMs));
    return { made, dropped, failed, strayRows: await this.#strayRows() };
  }

  async #each<T extends { readonly name: string }>(
    items: readonly T[],
    change: Change<T>,
    failed: Maintained['failed'][number][],
  ): Promise<readonly string[]> {
    const done: string[] = [];
    for (const item of items) {
      try {
        if (await this.#persistently((manager) => change(manager, item))) done.push(item.name);
      } catch (error) {
        failed.push({ name: item.name, error });
      }
    }
    return done;
  }

  async #persistently(change: (manager: EntityManager) => Promise<void>): Promise<boolean> {
    for (let left = this.#tries; ; left--) {
      try {
        return await this.#alone(change);
      } catch (error) {
        if (left <= 1 || !isLockTimeout(error)) throw error;
        await delay(BETWEEN_TRIES_MS);
      }
    }
  }

  /** False, and nothing done, while another instance is at it. */
  async #alone(change: (manager: EntityManager) => Promise<void>): Promise<boolean> {
    return this.#dataSource.transaction(async (manager) => {
      const [lock] = await manager.query<{ held: boolean }[]>('SELECT pg_try_advisory_xact_lock($1) AS held', [
        MAINTENANCE_LOCK,
      ]);
      if (lock?.held !== true) return false;
      await manager.query(`SET LOCAL lock_timeout = '${LOCK_TIMEOUT_MS}ms'`);
      await change(manager);
      return true;
    });
  }

  /** Partitions, and tables that were one and are detached. */
  async #existing(): Promise<readonly Existing[]> {
    return this.#dataSource.query<Existing[]>(
      `SELECT child.relname AS name, parent.relname AS parent FROM pg_class child
       JOIN pg_namespace n ON n.oid = child.relnamespace
       LEFT JOIN pg_inherits ON inhrelid = child.oid LEFT JOIN pg_class parent ON parent.oid = inhparent
       WHERE n.nspname = 'monitoring' AND child.relkind = 'r'`,
    );
  }

  /** What is not in partitions by time. */
  async #forget(before: Date): Promise<void> {
    await this.#dataSource.query('DELETE FROM monitoring.breaker_change WHERE at < $1', [before]);
    for (const { table, by } of PARTITIONED_TABLES) {
      await this.#dataSource.query(`DELETE FROM monitoring.${table}_default WHERE ${by} < $1`, [before]);
    }
  }

  async #strayRows(): Promise<number> {
    const [counted] = await this.#dataSource.query<{ rows: number }[]>(COUNT_STRAY_ROWS);
    return counted?.rows ?? 0;
  }
}

interface Existing {
  readonly name: string;
  readonly parent: string | null;
}

/** SQLSTATE `lock_not_available`. */
function isLockTimeout(error: unknown): boolean {
  return (error as { readonly code?: unknown }).code === '55P03';
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

async function detach(manager: EntityManager, { name, parent }: Existing): Promise<void> {
  await manager.query(`ALTER TABLE monitoring.${parent} DETACH PARTITION monitoring.${name}`);
}

async function drop(manager: EntityManager, { name }: Existing): Promise<void> {
  await manager.query(`DROP TABLE monitoring.${name}`);
}
