import type { SqlRunner } from './query.ts';
import { rowsOf } from './query.ts';

/**
 * The database's time, Unix ms. What is deleted by age goes by it, so that one host whose clock is wrong deletes nothing
 * that the others keep.
 */
export async function databaseNowMs(runner: SqlRunner): Promise<number> {
  const [row] = await rowsOf<{ readonly now: number }>(
    runner,
    'SELECT floor(extract(epoch FROM now()) * 1000)::float8 AS now',
  );
  if (row === undefined) throw new Error('the database did not tell its time');
  return row.now;
}
