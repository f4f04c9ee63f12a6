import type { DataSource } from 'typeorm';

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

/**
 * Makes the schema and runs every migration that is missing, each in a transaction of its own. Several processes may call
 * it at once: an advisory lock lets one work and the others wait, then find nothing to do.
 *
 * @param dataSource initialised.
 * @returns the names of the migrations that were run, in their order.
 */
export async function migrate(dataSource: DataSource): Promise<readonly string[]> {
  const schema = schemaOf(dataSource);
  const lock = dataSource.createQueryRunner();
  try {
    // Waiting for another process's migration may take longer than any statement is allowed otherwise.
    await lock.query('SET statement_timeout = 0');
    await lock.query('SELECT pg_advisory_lock(hashtextextended($1, 0))', [`migrate:${schema}`]);
    await lock.query(`CREATE SCHEMA IF NOT EXISTS "${schema}"`);
    const done = await dataSource.runMigrations({ transaction: 'each' });
    return done.map((migration) => migration.name);
  } finally {
    await lock.query('SELECT pg_advisory_unlock_all()').catch(() => undefined);
    await lock.query('RESET statement_timeout').catch(() => undefined);
    await lock.release();
  }
}

/**
 * Refuses a database that is behind this version. One that is ahead is fine: an older instance runs on beside a newer one
 * while a deployment rolls.
 *
 * @throws PendingMigrations
 */
export async function assertMigrated(dataSource: DataSource): Promise<void> {
  const schema = schemaOf(dataSource);
  const rows: { name: string }[] = await dataSource.query(
    "SELECT to_regclass(quote_ident($1) || '.migration')::text AS name",
    [schema],
  );
  const hasTable = rows[0]?.name !== null;
  if (!hasTable || (await dataSource.showMigrations())) throw new PendingMigrations(schema);
}

function schemaOf(dataSource: DataSource): string {
  const schema = 'schema' in dataSource.options ? dataSource.options.schema : undefined;
  if (schema === undefined) throw new TypeError('the DataSource was made without a schema');
  return schema;
}
