import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { spawnGuarded, describeExit } from '../process/guarded-process.ts';
import { SandboxError } from '../sandbox-error.ts';
import { ServiceLog } from '../supervisor/service-log.ts';
import type { Environment } from './sandbox-options.ts';

/** Runs `apps/<app>/dist/migrate.js`, where there is one. @throws SandboxError with what it said when it fails */
export async function migrate(app: string, appsDir: string, logFile: string, env: Environment): Promise<void> {
  const script = join(appsDir, app, 'dist', 'migrate.js');
  if (!existsSync(script)) return;
  const log = await ServiceLog.open(logFile);
  try {
    const child = await spawnGuarded({ command: process.execPath, args: [script], env });
    const outputs = [child.stdout, child.stderr].filter((output) => output !== null);
    const ended = outputs.map((output) => log.follow(output, () => undefined));
    const exit = await child.exited;
    await Promise.all(ended);
    if (exit.code === 0) return;
    const said = log.lastLines().map((line) => `  ${line}`);
    const message = [`The migration of ${app} failed (${describeExit(exit)}).`, ...said, `Its log: ${logFile}`];
    throw new SandboxError('sandbox.start_failed', message.join('\n'));
  } finally {
    await log.close();
  }
}
