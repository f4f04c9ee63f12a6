import { spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { ANNOUNCE_SCRIPT, forgetGuarded, guardDescriptor } from './guard.ts';

export type StopSignal = 'TERM' | 'INT';

export interface GuardedProcessOptions {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly uid?: number;
  readonly gid?: number;
  /** A file descriptor to write both outputs to; without it they are to be read from `stdout` and `stderr`. */
  readonly logFd?: number;
  /** What ends the program cleanly; TERM by default. */
  readonly stopSignal?: StopSignal;
}

export interface ProcessExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** For people: `exit code 1` or `by SIGKILL`. */
export const describeExit = (exit: ProcessExit): string =>
  exit.signal === null ? `exit code ${exit.code}` : `by ${exit.signal}`;

/** A child in a process group of its own, which never outlives this process. */
export interface GuardedProcess {
  readonly pid: number;
  readonly stdout: Readable | null;
  readonly stderr: Readable | null;
  readonly exited: Promise<ProcessExit>;
  isAlive(): boolean;
  /** Sends the stop signal, and KILL to the whole group after `timeoutMs` (10 s by default). Resolves when it has ended. */
  stop(timeoutMs?: number): Promise<ProcessExit>;
  /** kill -9. */
  kill(): Promise<ProcessExit>;
}

/** Starts a program; rejects when it cannot be started at all. */
export async function spawnGuarded(options: GuardedProcessOptions): Promise<GuardedProcess> {
  const stopSignal = options.stopSignal ?? 'TERM';
  const output = options.logFd ?? 'pipe';
  // Detached: Ctrl-C in a terminal reaches us alone, and the order of the stop is ours.
  const child = spawn('/bin/sh', ['-c', ANNOUNCE_SCRIPT, 'sh', stopSignal, options.command, ...options.args], {
    detached: true,
    stdio: ['ignore', output, output, guardDescriptor()],
    cwd: options.cwd,
    env: options.env ?? process.env,
    uid: options.uid,
    gid: options.gid,
  });
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', reject);
  });
  const pid = child.pid;
  if (pid === undefined) throw new Error(`${options.command} was started without a pid`);

  let exit: ProcessExit | undefined;
  const exited = new Promise<ProcessExit>((resolve) => {
    child.once('exit', (code, signal) => {
      exit = { code, signal };
      forgetGuarded(pid);
      resolve(exit);
    });
  });
  const send = (target: number, signal: NodeJS.Signals): void => {
    if (exit) return;
    try {
      process.kill(target, signal);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  };
  return {
    pid,
    stdout: child.stdout,
    stderr: child.stderr,
    exited,
    isAlive: () => exit === undefined,
    async stop(timeoutMs = 10_000) {
      send(pid, `SIG${stopSignal}`);
      const timer = setTimeout(() => send(-pid, 'SIGKILL'), timeoutMs);
      try {
        return await exited;
      } finally {
        clearTimeout(timer);
      }
    },
    kill() {
      send(-pid, 'SIGKILL');
      return exited;
    },
  };
}
