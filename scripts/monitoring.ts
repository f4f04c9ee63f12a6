/** `npm run monitoring -- COMMAND`: commands of monitoring on the running sandbox, or on what the environment names. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

await import('./build.ts');
const { readRunInfo, sandboxFolder } = await import('@signalbox/sandbox');

const run = await readRunInfo(sandboxFolder());
const fromSandbox =
  run === undefined
    ? {}
    : {
        KAFKA_BROKERS: run.kafkaBrokers,
        DATABASE_URL: run.databaseUrl,
        TOPIC_PREFIX: run.topics.deliveries.slice(0, -'deliveries'.length),
      };
const cli = join(import.meta.dirname, '..', 'apps', 'monitoring', 'dist', 'cli.js');
const { status } = spawnSync(process.execPath, [cli, ...process.argv.slice(2)], {
  stdio: 'inherit',
  env: { ...fromSandbox, ...process.env },
});
process.exitCode = status ?? 1;
