import { setTimeout as delay } from 'node:timers/promises';
import { DataSource } from 'typeorm';
import type { QueryRunner } from 'typeorm';
import { unboundedOptions } from './data-source.ts';
import { postgresFaultOf } from './postgres-error.ts';
import { rowsOf } from './query.ts';

/** The database lacks migrations of this version; run the service's `migrate` first. */
export class PendingMigrations extends Error {
  readonly code = 'postgres.pending_migrations';
  readonly schema: string;

  constructor(schema: string) {
    super(`The schema "${schema}" lacks migrations of this version: run the service's migrate command first`);
    this.name = 'PendingMigrations';
    this.schema = schema;
  }
}

export interface MigrateOptions {
  /** How long a change waits for its table, and whoever comes behind it waits too; default 1,000 ms. */
  readonly lockTimeoutMs?: number;
  /** How often a migration that finds its table busy is tried, half a second apart; default 120. */
  readonly tries?: number;
}

const LOCK_TIMEOUT_MS = 1_000;
const TRIES = 120;
const BETWEEN_TRIES_MS = 500;
const BETWEEN_LOOKS_MS = 100;

/**
 * Makes the schema and runs every migration that is missing, each in a transaction of its own unless it says otherwise; one
 * that does must bear to be run again. Several processes may call it at once: an advisory lock lets one work and the others
 * wait, then find nothing to do. A statement may take as long as it takes, on connections of its own; for its table it waits
 * shortly and tries again, so that a long query and a migration that waits for it do not hold up everybody else.
 *
 * @param dataSource initialised.
 * @returns the names of the migrations that were run, in their order.
 */
export async function migrate(
  dataSource: DataSource,
  { lockTimeoutMs = LOCK_TIMEOUT_MS, tries = TRIES }: MigrateOptions = {},
): Promise<readonly string[]> {
  const schema = schemaOf(dataSource);
  const migrating = await new DataSource(unboundedOptions(dataSource.options, schema, lockTimeoutMs)).initialize();
  const lock = migrating.createQueryRunner();
  try {
    await untilAlone(lock, schema);
    await lock.query(`CREATE SCHEMA IF NOT EXISTS "${schema}"`);
    const before = new Set(await migrationsOf(migrating, schema));
    await runMigrations(migrating, tries);
    return (await migrationsOf(migrating, schema)).filter((name) => !before.has(name));
  } finally {
    // With its connection goes the lock.
    await lock.release();
    await migrating.destroy();
  }
}

/**
 * Asks again and again rather than waiting in Postgres: a statement that waits has a snapshot, and CREATE INDEX CONCURRENTLY waits
 * for all that are older, so that the one who holds the lock and the one who waits for it would wait for each other for ever.
 */
async function untilAlone(lock: QueryRunner, schema: string): Promise<void> {
  for (;;) {
    const [answer] = await rowsOf<{ held: boolean }>(
      lock,
      'SELECT pg_try_advisory_lock(hashtextextended($1, 0)) AS held',
      [`migrate:${schema}`],
    );
    if (answer?.held === true) return;
    await delay(BETWEEN_LOOKS_MS);
  }
}

async function runMigrations(migrating: DataSource, tries: number): Promise<void> {
  for (let left = tries; ; left--) {
    try {
      await migrating.runMigrations({ transaction: 'each' });
      return;
    } catch (error) {
      if (left <= 1 || !isBusy(error)) throw error;
      await delay(BETWEEN_TRIES_MS);
    }
  }
}

/** Somebody else was at the table for too long, or at its rows in another order. */
function isBusy(error: unknown): boolean {
  const kind = postgresFaultOf(error)?.kind;
  return kind === 'lock-timeout' || kind === 'retryable-conflict';
}

async function migrationsOf(dataSource: DataSource, schema: string): Promise<readonly string[]> {
  if (!(await hasMigrationTable(dataSource, schema))) return [];
  const rows = await rowsOf<{ name: string }>(dataSource, `SELECT name FROM "${schema}".migration ORDER BY id`);
  return rows.map(({ name }) => name);
}

async function hasMigrationTable(dataSource: DataSource, schema: string): Promise<boolean> {
  const [row] = await rowsOf<{ name: string | null }>(
    dataSource,
    "SELECT to_regclass(quote_ident($1) || '.migration')::text AS name",
    [schema],
  );
  return row?.name !== null;
}

/**
 * Refuses a database that is behind this version. One that is ahead is fine: an older instance runs on beside a newer one
 * while a deployment rolls.
 *
 * @throws PendingMigrations
 */
export async function assertMigrated(dataSource: DataSource): Promise<void> {
  const schema = schemaOf(dataSource);
  if (!(await hasMigrationTable(dataSource, schema)) || (await dataSource.showMigrations()))
    throw new PendingMigrations(schema);
}

function schemaOf(dataSource: DataSource): string {
  const schema = 'schema' in dataSource.options ? dataSource.options.schema : undefined;
  if (schema === undefined) throw new TypeError('the DataSource was made without a schema');
  return schema;
}
