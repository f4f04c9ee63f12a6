import type { DataSource, EntityManager } from 'typeorm';
import { heldTransaction } from './held-transaction.ts';
import { postgresFaultOf } from './postgres-error.ts';

export interface TransactionOptions {
  /** Default: Postgres's own, READ COMMITTED. */
  readonly isolation?: 'READ COMMITTED' | 'REPEATABLE READ' | 'SERIALIZABLE';
  /** How often the work is done again after a deadlock or a serialization failure; default 3. */
  readonly retries?: number;
}

/**
 * Runs `work` in one transaction and commits it; a rejection rolls back and is passed on. After a deadlock or a
 * serialization failure the whole work is done again, so it must have no effect outside the database. Within
 * `inHeldTransaction` it joins that transaction and its isolation, and is committed with it.
 */
export async function inTransaction<Result>(
  dataSource: DataSource,
  work: (manager: EntityManager) => Promise<Result>,
  options: TransactionOptions = {},
): Promise<Result> {
  const { isolation = 'READ COMMITTED', retries = 3 } = options;
  const held = heldTransaction(dataSource);
  for (let left = retries; ; left--) {
    try {
      return await (held === undefined ? dataSource.transaction(isolation, work) : held.join(work));
    } catch (error) {
      if (left === 0 || postgresFaultOf(error)?.kind !== 'retryable-conflict') throw error;
    }
  }
}
