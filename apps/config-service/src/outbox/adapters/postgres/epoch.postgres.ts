import { rowsOf } from '@signalbox/postgres';
import type { SqlRunner } from '@signalbox/postgres';

export interface EpochRow {
  readonly current: number;
  /** The topic was found ahead of this database: nothing may be changed or published until `republish` has run. */
  readonly isBehind: boolean;
  /** False where this is another database than the one last compared with the topic: it may be behind, nobody knows yet. */
  readonly isKnown: boolean;
}

/**
 * What differs, as far as SQL can tell, between a database and the same one dropped and made anew, restored in place, or
 * taken over by a standby. A dump brings along how the database it was taken of was known, which is not this.
 */
export const LINEAGE = `concat_ws('/', left(pg_walfile_name(pg_current_wal_lsn()), 8),
  (SELECT oid FROM pg_database WHERE datname = current_database()),
  'webhook_event'::regclass::oid, pg_relation_filenode('webhook_event'))`;

/**
 * The one row of `epoch`. Locked until the transaction ends, where asked for: shared by all who write, so that nobody
 * raises the epoch while a change counted in the old one is not committed yet.
 */
export async function epochRowOf(runner: SqlRunner, lock: '' | 'FOR SHARE' | 'FOR UPDATE' = ''): Promise<EpochRow> {
  const [row] = await rowsOf<EpochRow>(
    runner,
    `SELECT current, is_behind AS "isBehind", coalesce(known_as = ${LINEAGE}, true) AS "isKnown" FROM epoch ${lock}`,
  );
  if (row === undefined) throw new Error('the table "epoch" is empty; the database was not migrated wholly');
  return row;
}
