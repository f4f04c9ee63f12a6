import { rowsOf } from '@signalbox/postgres';
import type { QueryRunner } from 'typeorm';
import { MAINTENANCE_LOCK } from '../maintenance-lock.ts';

export interface PartitionedIndex {
  readonly name: string;
  /** Without its schema. */
  readonly table: string;
  /** What follows `ON <table>`. */
  readonly definition: string;
}

/**
 * Runs `work` for one partition of a table after the other, while none is made or dropped. Outside of a transaction, so that
 * writers wait for the change of one partition at most; `work` must bear to be done again after it was interrupted.
 */
export async function byPartition(
  runner: QueryRunner,
  table: string,
  work: (partition: string) => Promise<void>,
): Promise<void> {
  await runner.query('SELECT pg_advisory_lock($1)', [MAINTENANCE_LOCK]);
  try {
    const partitions = await rowsOf<{ name: string }>(
      runner,
      `SELECT relname AS name FROM pg_inherits JOIN pg_class ON oid = inhrelid
       WHERE inhparent = 'monitoring.${table}'::regclass ORDER BY relname`,
    );
    for (const { name } of partitions) await work(name);
  } finally {
    await runner.query('SELECT pg_advisory_unlock($1)', [MAINTENANCE_LOCK]);
  }
}

/** Builds an index without holding up writers: of each partition CONCURRENTLY. Goes on where it was interrupted. */
export async function buildIndex(runner: QueryRunner, { name, table, definition }: PartitionedIndex): Promise<void> {
  await runner.query(`CREATE INDEX IF NOT EXISTS ${name} ON ONLY monitoring.${table} ${definition}`);
  await byPartition(runner, table, async (partition) => {
    const attached = await rowsOf<object>(
      runner,
      `SELECT 1 FROM pg_index JOIN pg_inherits ON inhrelid = indexrelid
       WHERE indrelid = 'monitoring.${partition}'::regclass AND inhparent = 'monitoring.${name}'::regclass`,
    );
    if (attached.length > 0) return;
    const part = `${partition}_${name.replace(`${table}_`, '')}`;
    // It waits for every transaction under way, which a bound on waiting for locks would end.
    await runner.query('SET lock_timeout = 0');
    try {
      // What an interrupted build has left cannot be used.
      await runner.query(`DROP INDEX CONCURRENTLY IF EXISTS monitoring.${part}`);
      await runner.query(`CREATE INDEX CONCURRENTLY ${part} ON monitoring.${partition} ${definition}`);
    } finally {
      await runner.query('RESET lock_timeout');
    }
    await runner.query(`ALTER INDEX monitoring.${name} ATTACH PARTITION monitoring.${part}`);
  });
}
