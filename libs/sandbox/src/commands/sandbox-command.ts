import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { lockFolder, lockHolder } from '../folder/folder-lock.ts';
import { readRunInfo, type RunProcess } from '../folder/run-info.ts';
import { sandboxFolder } from '../paths.ts';
import { isProcessAlive } from '../process/other-process.ts';
import { waitUntil } from '../process/wait-until.ts';
import { startCommand } from './start-command.ts';

const USAGE = `npm run sandbox -- COMMAND
  start    Kafka and Postgres alone, until Ctrl-C (npm start runs the services too)
  status   what runs
  stop     ends a running sandbox, services first; what is stored stays
  reset    removes what is stored; refuses while it runs`;

type Print = (line: string) => void;

/** `npm run sandbox`. Answers the exit code; `status` answers 3 when nothing runs, as service managers do. */
export async function sandboxCommand(args: readonly string[], print: Print = (line) => console.log(line)) {
  const dir = sandboxFolder();
  const [command, ...further] = args;
  if (further.length > 0) return misused(print);
  switch (command ?? '') {
    case 'start':
      return startCommand({ onlyParts: true, print });
    case 'status':
      return status(dir, print);
    case 'stop':
      return stop(dir, print);
    case 'reset':
      return reset(dir, print);
    default:
      return misused(print);
  }
}

function misused(print: Print): number {
  print(USAGE);
  return 2;
}

async function status(dir: string, print: Print): Promise<number> {
  const holder = await lockHolder(dir);
  if (!holder) {
    print(`nothing runs in ${dir}`);
    return 3;
  }
  const info = await readRunInfo(dir);
  print(`process ${holder.pid} runs ${dir} since ${holder.since}${info ? '' : '; it is not ready yet'}`);
  if (!info) return 0;
  if (info.apiUrl !== '') print(`API ${info.apiUrl}/api, gRPC ${info.grpcUrl}`);
  print(`Kafka ${info.kafkaBrokers}, Postgres ${new URL(info.databaseUrl).host}`);
  for (const process of info.processes) print(`${process.name} (pid ${process.pid}): ${await healthOf(process)}`);
  return 0;
}

async function healthOf({ pid, opsUrl }: RunProcess): Promise<string> {
  if (!isProcessAlive(pid)) return 'ended';
  try {
    const response = await fetch(`${opsUrl}/health/ready`, { signal: AbortSignal.timeout(2_000) });
    return response.ok ? 'ready' : `not ready (${response.status})`;
  } catch {
    return 'does not answer';
  }
}

async function stop(dir: string, print: Print): Promise<number> {
  const holder = await lockHolder(dir);
  if (!holder) {
    print(`nothing runs in ${dir}`);
    return 0;
  }
  process.kill(holder.pid, 'SIGTERM');
  print(`stopping process ${holder.pid}`);
  await waitUntil(`process ${holder.pid} to end`, 60_000, async () => (await lockHolder(dir)) === undefined, 100);
  print('stopped');
  return 0;
}

/** What a sandbox stores. Anything else in its folder is somebody else's: the folder may be any, even a clone's root. */
const STORED = ['kafka', 'postgres', 'logs', 'run.json', 'ports.json', 'secrets.json', 'demo.json'];

/** The fetched jars stay: they hold nothing of this sandbox. */
async function reset(dir: string, print: Print): Promise<number> {
  const holder = await lockHolder(dir);
  if (holder) {
    print(`process ${holder.pid} runs ${dir}; stop it first: npm run sandbox -- stop`);
    return 1;
  }
  const unlock = await lockFolder(dir, print);
  try {
    for (const name of STORED) await rm(join(dir, name), { recursive: true, force: true });
  } finally {
    await unlock();
  }
  print(`removed what was stored in ${dir}`);
  return 0;
}
