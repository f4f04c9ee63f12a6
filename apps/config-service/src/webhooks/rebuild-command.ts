import { parseArgs } from 'node:util';
import { databaseEnvironment, loadEnvironment } from '@signalbox/config';
import type { RawEnvironment } from '@signalbox/config';
import { assertMigrated, createDataSource, inTransaction } from '@signalbox/postgres';
import { databaseOptions } from '../database.ts';
import { PostgresRebuildSource } from './adapters/postgres/rebuild-source.postgres.ts';
import { PostgresRowRepair } from './adapters/postgres/row-repair.postgres.ts';
import { rebuildRows } from './application/rebuild-rows.ts';

/** More than these say nothing new to a reader; their number is printed. */
const MAX_PRINTED = 50;
const PROGRESS_EVERY_MS = 5_000;

/**
 * `rebuild [--check]`: adds up the journal of every webhook and compares it with its row; without `--check` it writes the
 * rows that differ. Answers the exit code: 0 where every row is now what its journal says.
 */
export async function rebuildCommand(
  args: readonly string[],
  rawEnv: RawEnvironment,
  print: (line: string) => void,
): Promise<number> {
  const { values } = parseArgs({ args: [...args], options: { check: { type: 'boolean', default: false } } });
  const env = loadEnvironment(databaseEnvironment, rawEnv);
  const dataSource = await createDataSource(databaseOptions(env.DATABASE_URL)).initialize();
  try {
    await assertMigrated(dataSource);
    let printed = 0;
    let progressAtMs = Date.now() + PROGRESS_EVERY_MS;
    const { entries, webhooks, differing, repaired } = await inTransaction(
      dataSource,
      async (manager) => {
        // All of the journal may take longer than a statement or an idle transaction may otherwise.
        await manager.query('SET LOCAL idle_in_transaction_session_timeout = 0');
        await manager.query('SET LOCAL statement_timeout = 0');
        return rebuildRows({
          source: new PostgresRebuildSource(manager),
          repair: values.check ? undefined : new PostgresRowRepair(dataSource),
          onDifference: (line) => {
            if (++printed <= MAX_PRINTED) print(line);
          },
          onProgress: (read, settled) => {
            if (Date.now() < progressAtMs) return;
            progressAtMs = Date.now() + PROGRESS_EVERY_MS;
            print(`… ${read} entries read, ${settled} webhooks compared`);
          },
        });
      },
      { isolation: 'REPEATABLE READ', retries: 0 },
    );
    if (printed > MAX_PRINTED) print(`… and ${printed - MAX_PRINTED} more`);
    print(`${entries} entries of ${webhooks} webhooks added up, ${differing} differ, ${repaired} repaired`);
    if (repaired > 0) print('what dispatchers know of them may be as wrong: npm run config -- republish');
    return differing === repaired ? 0 : 1;
  } finally {
    await dataSource.destroy();
  }
}
