import { AsyncLocalStorage } from 'node:async_hooks';
import type { DataSource, EntityManager, QueryRunner } from 'typeorm';

const current = new AsyncLocalStorage<HeldTransaction>();

/** The one whose work is being done here, if any. */
export function heldTransaction(dataSource: DataSource): HeldTransaction | undefined {
  const held = current.getStore();
  return held?.dataSource === dataSource ? held : undefined;
}

/**
 * Joins everything that `work` does through `inTransaction` to one transaction, and commits it with what is done by
 * `work` last: both are there or none. It is opened by the first write, so that what only reads or waits before holds no
 * connection. A rejection rolls all of it back. Between a write and the end, `work` must wait for nobody else: it holds
 * locks, and reads outside of the transaction do not see its writes.
 */
export async function inHeldTransaction<Result>(
  dataSource: DataSource,
  work: (held: HeldTransaction) => Promise<Result>,
): Promise<Result> {
  const held = new HeldTransaction(dataSource);
  try {
    const result = await current.run(held, async () => work(held));
    await held.commit();
    return result;
  } catch (error) {
    await held.rollback();
    throw error;
  } finally {
    await held.release();
  }
}

export class HeldTransaction {
  readonly dataSource: DataSource;
  #runner: QueryRunner | undefined;

  constructor(dataSource: DataSource) {
    this.dataSource = dataSource;
  }

  /** Runs `work` inside the transaction; a rejection undoes what this `work` did, and no more. */
  async join<Result>(work: (manager: EntityManager) => Promise<Result>): Promise<Result> {
    if (this.#runner === undefined) {
      this.#runner = this.dataSource.createQueryRunner();
      await this.#runner.startTransaction();
    }
    return this.#runner.manager.transaction(work);
  }

  async commit(): Promise<void> {
    await this.#runner?.commitTransaction();
  }

  async rollback(): Promise<void> {
    // A connection that is lost has rolled back by itself.
    if (this.#runner?.isTransactionActive === true) await this.#runner.rollbackTransaction().catch(() => undefined);
  }

  async release(): Promise<void> {
    await this.#runner?.release();
  }
}
