import { DataSource } from 'typeorm';
import type { DataSourceOptions } from 'typeorm';
import { BoundedClient } from './bounded-client.ts';

export interface PostgresOptions {
  /** `postgres://user:password@host:5432/database`, TLS by `?sslmode=…`. */
  readonly url: string;
  /** The one schema a service owns: unqualified names in its SQL mean this schema. */
  readonly schema: string;
  /** Shown in `pg_stat_activity`. */
  readonly applicationName: string;
  readonly entities?: NonNullable<DataSourceOptions['entities']>;
  readonly migrations?: NonNullable<DataSourceOptions['migrations']>;
  /** Connections at most; default 10. */
  readonly poolSize?: number;
  /** A statement that runs longer is cancelled by the server, or by us soon after; default 30,000. 0 is off. */
  readonly statementTimeoutMs?: number;
  /** A connection that was idle broke. The pool replaces it; this is for the log. */
  readonly onIdleError?: (error: unknown) => void;
}

const CONNECT_TIMEOUT_MS = 5_000;
/** How much later than the server a statement is given up here. */
const SILENCE_MS = 5_000;
/** One holds the lock, one runs the migrations. */
const MIGRATION_CONNECTIONS = 2;

/**
 * A TypeORM DataSource over `pg`, not initialised yet. `bigint` columns come back as numbers: positions, counts and Unix
 * milliseconds here stay far below 2^53.
 */
export function createDataSource(options: PostgresOptions): DataSource {
  return new DataSource(dataSourceOptions(options));
}

/** The same as plain options, for `TypeOrmModule.forRoot`. */
export function dataSourceOptions(options: PostgresOptions): DataSourceOptions {
  const { schema, statementTimeoutMs = 30_000 } = options;
  if (!/^[a-z_]{1,63}$/.test(schema)) throw new TypeError(`schema "${schema}" must be of a-z and _`);
  return {
    type: 'postgres',
    url: options.url,
    schema,
    applicationName: options.applicationName,
    entities: options.entities ?? [],
    migrations: options.migrations ?? [],
    migrationsTableName: 'migration',
    synchronize: false,
    logging: false,
    parseInt8: true,
    poolSize: options.poolSize ?? 10,
    connectTimeoutMS: CONNECT_TIMEOUT_MS,
    poolErrorHandler: options.onIdleError ?? (() => undefined),
    // TypeORM would otherwise ask for uuid-ossp, which an ordinary user may not create.
    installExtensions: false,
    extra: {
      Client: BoundedClient,
      ...(statementTimeoutMs > 0 && { answerTimeoutMs: statementTimeoutMs + SILENCE_MS }),
      options: `-c search_path=${schema} -c statement_timeout=${statementTimeoutMs}`,
    },
  };
}

/** The same database and schema without a bound on statements; how long one waits for a lock is bounded instead. */
export function unboundedOptions(options: DataSourceOptions, schema: string, lockTimeoutMs: number): DataSourceOptions {
  if (options.type !== 'postgres') throw new TypeError('the DataSource is none of Postgres');
  return {
    ...options,
    poolSize: MIGRATION_CONNECTIONS,
    extra: {
      Client: BoundedClient,
      options: `-c search_path=${schema} -c statement_timeout=0 -c lock_timeout=${lockTimeoutMs}`,
    },
  };
}
