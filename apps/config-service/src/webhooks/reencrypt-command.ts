import { parseArgs } from 'node:util';
import { databaseEnvironment, keyringEnvironment, loadEnvironment } from '@signalbox/config';
import type { RawEnvironment } from '@signalbox/config';
import { assertMigrated, createDataSource } from '@signalbox/postgres';
import { SecretBox } from '@signalbox/secrets';
import { z } from 'zod';
import { databaseOptions } from '../database.ts';
import { PostgresResealing } from './adapters/postgres/resealing.postgres.ts';
import { reencryptSecrets } from './application/reencrypt-secrets.ts';
import { republishCommand } from './republish-command.ts';

const environment = z.object({ ...databaseEnvironment.shape, ...keyringEnvironment.shape });

/**
 * `reencrypt`: seals every stored secret with the first key of `SECRETS_KEYRING` and republishes, so that the older keys
 * can leave the keyring. Answers the exit code: 0 where nothing uses an older key any more.
 */
export async function reencryptCommand(
  args: readonly string[],
  rawEnv: RawEnvironment,
  print: (line: string) => void,
): Promise<number> {
  parseArgs({ args: [...args], options: {} });
  const { DATABASE_URL: url, SECRETS_KEYRING: keyring } = loadEnvironment(environment, rawEnv);
  const dataSource = await createDataSource(databaseOptions(url)).initialize();
  try {
    await assertMigrated(dataSource);
    const { writingKeyId } = keyring;
    const resealing = new PostgresResealing({ dataSource, box: new SecretBox(keyring), writingKeyId });
    const { resealed, unreadable } = await reencryptSecrets(resealing, print);
    print(`${resealed} webhooks sealed anew with ${writingKeyId}`);
    // Also where nothing was sealed anew: an earlier run may have been killed before it told the topic.
    if ((await republishCommand([], rawEnv, print)) !== 0) return 1;
    if (unreadable > 0) {
      print(
        `${unreadable} secrets open with no key of SECRETS_KEYRING: give it the key that sealed them, and run again`,
      );
      return 1;
    }
    const elsewhere = await resealing.elsewhere();
    const older = [...keyring.keys.keys()].filter((id) => id !== writingKeyId);
    for (const id of older) {
      const count = elsewhere.get(id) ?? 0;
      if (count === 0) print(`${id} is used nowhere: it can leave SECRETS_KEYRING`);
      else print(`${id} still seals ${count} answers kept for Idempotency-Key, a day at most: run again after that`);
    }
    return older.every((id) => (elsewhere.get(id) ?? 0) === 0) ? 0 : 1;
  } finally {
    await dataSource.destroy();
  }
}
