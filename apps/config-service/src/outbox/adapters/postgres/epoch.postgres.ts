import { rowsOf } from '@signalbox/postgres';
import type { SqlRunner } from '@signalbox/postgres';

export interface EpochRow {
  readonly current: number;
  /** The topic was found ahead of this database: nothing may be changed or published until `republish` has run. */
  readonly isBehind: boolean;
}

/**
 * The one row of `epoch`. Locked until the transaction ends, where asked for: shared by all who write, so that nobody
 * raises the epoch while a change counted in the old one is not committed yet.
 */
export async function epochRowOf(runner: SqlRunner, lock: '' | 'FOR SHARE' | 'FOR UPDATE' = ''): Promise<EpochRow> {
  const [row] = await rowsOf<EpochRow>(runner, `SELECT current, is_behind AS "isBehind" FROM epoch ${lock}`);
  if (row === undefined) throw new Error('the table "epoch" is empty; the database was not migrated wholly');
  return row;
}
