import type { Readable } from 'node:stream';
import { describeExit, spawnGuarded, type GuardedProcessOptions } from './guarded-process.ts';

/** What the shell answers for a program that it does not find. */
const EXIT_NOT_FOUND = 127;

/** A program that was to end by itself with exit code 0, and did not. */
export class CommandFailed extends Error {
  override readonly name = 'CommandFailed';
  /** There is no such program. */
  readonly isMissing: boolean;
  /** Both outputs. */
  readonly said: string;

  constructor(message: string, isMissing: boolean, said: string) {
    super(message);
    this.isMissing = isMissing;
    this.said = said;
  }
}

export interface RunGuardedOptions extends Pick<GuardedProcessOptions, 'cwd' | 'env' | 'uid' | 'gid'> {
  /** Kills the program; `runGuarded` rejects with the signal's reason then. */
  readonly signal?: AbortSignal;
}

/**
 * Runs a program to its end; like all children it does not outlive this process.
 * @throws CommandFailed when its exit code is not 0
 */
export async function runGuarded(
  command: string,
  args: readonly string[],
  { signal, ...options }: RunGuardedOptions = {},
): Promise<void> {
  signal?.throwIfAborted();
  const child = await spawnGuarded({ command, args, ...options });
  const kill = (): void => void child.kill();
  signal?.addEventListener('abort', kill);
  try {
    const [exit, ...said] = await Promise.all([child.exited, textOf(child.stdout), textOf(child.stderr)]);
    signal?.throwIfAborted();
    if (exit.code === 0) return;
    const isMissing = exit.code === EXIT_NOT_FOUND;
    throw new CommandFailed(`${command} ended (${describeExit(exit)})`, isMissing, said.join('').trim());
  } finally {
    signal?.removeEventListener('abort', kill);
  }
}

async function textOf(output: Readable | null): Promise<string> {
  let text = '';
  for await (const chunk of output ?? []) text += String(chunk);
  return text;
}
