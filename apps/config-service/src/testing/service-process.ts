import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { waitFor } from '@signalbox/testing';

const dist = join(import.meta.dirname, '..', '..', 'dist');

/** A process of the built service. */
export interface ServiceProcess {
  readonly child: ChildProcess;
  /** All it has printed, on both outputs. */
  readonly output: () => string;
  readonly exit: Promise<number | null>;
}

/** Starts a script of the service's build, with this environment and no other. */
export function runProcess(script: string, env: Readonly<Record<string, string>>): ServiceProcess {
  const child = spawn(process.execPath, [join(dist, script)], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (data: Buffer) => (output += data.toString()));
  return { child, output: () => output, exit: new Promise((resolve) => child.once('exit', resolve)) };
}

/** What it said once it was ready: its addresses. */
export async function readyLine({ output }: ServiceProcess): Promise<Readonly<Record<string, string>>> {
  const line = await waitFor(
    () =>
      output()
        .split('\n')
        .find((text) => text.includes('"service.ready"')),
    { what: 'the service to be ready', timeoutMs: 30_000 },
  );
  return JSON.parse(line) as Record<string, string>;
}
