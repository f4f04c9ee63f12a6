import { runService } from '@signalbox/config';
import type { RawEnvironment } from '@signalbox/config';
import { reencryptCommand } from './webhooks/reencrypt-command.ts';
import { rebuildCommand } from './webhooks/rebuild-command.ts';
import { republishCommand } from './webhooks/republish-command.ts';

interface Command {
  readonly name: string;
  readonly options: string;
  readonly does: string;
  /** Answers the exit code. */
  readonly run: (args: readonly string[], env: RawEnvironment, print: (line: string) => void) => Promise<number>;
}

const COMMANDS: readonly Command[] = [
  {
    name: 'rebuild',
    options: '[--check]',
    does: 'compares every row with its journal and writes those that differ; --check only compares, exits 1 when any does',
    run: rebuildCommand,
  },
  {
    name: 'republish',
    options: '',
    does: 'tells the topic all webhooks anew, in a new epoch: after a restore, and for a topic that was emptied',
    run: republishCommand,
  },
  {
    name: 'reencrypt',
    options: '',
    does: 'seals every secret with the first key of SECRETS_KEYRING, republishes, and says which keys can go',
    run: reencryptCommand,
  },
];

const EX_USAGE = 2;

await runService(async () => {
  const [name, ...args] = process.argv.slice(2);
  const command = COMMANDS.find((candidate) => candidate.name === name);
  const print = (line: string): void => void process.stdout.write(`${line}\n`);
  try {
    process.exitCode = (await command?.run(args, process.env, print)) ?? usage();
  } catch (error) {
    if (!isUnknownOption(error)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = usage();
  }
});

function usage(): number {
  const lines = COMMANDS.map((command) => `  ${`${command.name} ${command.options}`.padEnd(20)} ${command.does}`);
  process.stderr.write(`npm run config -- COMMAND
${lines.join('\n')}
The database and the brokers are those of the running sandbox, or DATABASE_URL and KAFKA_BROKERS.
`);
  return EX_USAGE;
}

function isUnknownOption(error: unknown): error is Error {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS_');
}
