import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

/**
 * Runs the command line of a service on the running sandbox, or on what the environment names, and ends with its exit
 * code.
 */
export async function runServiceCommand(app: 'config-service' | 'monitoring'): Promise<void> {
  await import('./build.ts');
  const { topicPrefixOf } = await import('@signalbox/contracts');
  const { readRunInfo, sandboxFolder } = await import('@signalbox/sandbox');
  const run = await readRunInfo(sandboxFolder());
  const fromSandbox =
    run === undefined
      ? {}
      : {
          KAFKA_BROKERS: run.kafkaBrokers,
          DATABASE_URL: run.databaseUrl,
          TOPIC_PREFIX: topicPrefixOf(run.topics),
        };
  const cli = join(import.meta.dirname, '..', 'apps', app, 'dist', 'cli.js');
  const { status } = spawnSync(process.execPath, [cli, ...process.argv.slice(2)], {
    stdio: 'inherit',
    env: { ...fromSandbox, ...process.env },
  });
  process.exitCode = status ?? 1;
}
