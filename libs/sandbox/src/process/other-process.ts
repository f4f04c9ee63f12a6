import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

export function isProcessAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** The command line of a running process, '' when there is none. */
export async function commandLineOf(pid: number): Promise<string> {
  try {
    return (await readFile(`/proc/${pid}/cmdline`, 'utf8')).replaceAll('\0', ' ').trim();
  } catch {
    return ps(pid, 'command=');
  }
}

/**
 * Ends a process that an earlier run left behind. It is touched only when its command line contains `marker` (a path of
 * ours): a pid alone says nothing once it was given to somebody else.
 */
export async function endOrphan(pid: number, marker: string, signal: NodeJS.Signals): Promise<'ended' | 'not-ours'> {
  if (!isProcessAlive(pid) || !(await commandLineOf(pid)).includes(marker)) return 'not-ours';
  process.kill(pid, signal);
  for (let waitedMs = 0; waitedMs < 15_000; waitedMs += 50) {
    if (!isProcessAlive(pid)) return 'ended';
    if (waitedMs === 10_000) process.kill(pid, 'SIGKILL');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`The process ${pid} of an earlier run does not end; end it by hand`);
}

/** When a process began, in whatever form the system tells it; '' when there is no such process. */
export async function startTimeOf(pid: number): Promise<string> {
  return (await statField(pid, 22)) ?? ps(pid, 'lstart=');
}

/** Undefined when there is no such process. */
export async function parentOf(pid: number): Promise<number | undefined> {
  return Number((await statField(pid, 4)) ?? (await ps(pid, 'ppid='))) || undefined;
}

/** A field of proc_pid_stat(5) by its number, from 3; undefined where there is no /proc, or no such process. */
async function statField(pid: number, number: number): Promise<string | undefined> {
  const line = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  // The name, field 2, may hold spaces and ends with the last parenthesis.
  return line?.slice(line.lastIndexOf(')') + 2).split(' ')[number - 3];
}

async function ps(pid: number, column: string): Promise<string> {
  const { stdout } = await run('ps', ['-o', column, '-p', String(pid)]).catch(() => ({ stdout: '' }));
  return stdout.trim();
}
