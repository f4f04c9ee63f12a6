import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isProcessAlive, startTimeOf } from '../process/other-process.ts';
import { SandboxError } from '../sandbox-error.ts';

export interface LockHolder {
  readonly pid: number;
  /** What the system says about when the process began: a pid alone may have been given to somebody else. */
  readonly processStart: string;
  /** ISO 8601. */
  readonly since: string;
}

const lockFile = (dir: string): string => join(dir, 'sandbox.lock');

/** Who holds the sandbox in `dir` right now; undefined when nobody does, stale locks included. */
export async function lockHolder(dir: string): Promise<LockHolder | undefined> {
  const holder = await readLock(lockFile(dir));
  return holder && (await isHeld(holder)) ? holder : undefined;
}

/**
 * Makes this process the only one that works in `dir`, and answers how to let go.
 * @throws SandboxError `sandbox.held`, naming the process that has it
 */
export async function lockFolder(dir: string, onProgress: (line: string) => void): Promise<() => Promise<void>> {
  await mkdir(dir, { recursive: true });
  const file = lockFile(dir);
  const own: LockHolder = {
    pid: process.pid,
    processStart: await startTimeOf(process.pid),
    since: new Date().toISOString(),
  };
  for (;;) {
    try {
      await writeFile(file, JSON.stringify(own), { flag: 'wx' });
      return () => rm(file, { force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    const holder = await readLock(file);
    if (holder && (await isHeld(holder))) {
      const hint = 'Stop it with `npm run sandbox -- stop`, or use another folder: SIGNALBOX_SANDBOX_DIR=<folder>.';
      const message = `The sandbox ${dir} is held by process ${holder.pid} since ${holder.since}. ${hint}`;
      throw new SandboxError('sandbox.held', message);
    }
    await removeStale(file, holder);
    onProgress(`removed a stale lock: process ${holder?.pid ?? 'unknown'} ended without stopping the sandbox`);
  }
}

/** Moved away and looked at once more: another process may have replaced the stale lock by its own in between. */
async function removeStale(file: string, stale: LockHolder | undefined): Promise<void> {
  const aside = `${file}.${process.pid}`;
  await rename(file, aside).catch(() => undefined);
  const moved = await readLock(aside);
  if (moved && (moved.pid !== stale?.pid || moved.since !== stale.since)) await rename(aside, file);
  await rm(aside, { force: true });
}

async function readLock(file: string): Promise<LockHolder | undefined> {
  // A lock that is being written is empty for a moment; one that stays so was left by a crash.
  for (let attempt = 0; attempt < 20; attempt++) {
    const text = await readFile(file, 'utf8').catch(() => undefined);
    if (text === undefined) return undefined;
    if (text !== '') return parseLock(text);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  return undefined;
}

function parseLock(text: string): LockHolder | undefined {
  try {
    return JSON.parse(text) as LockHolder;
  } catch {
    return undefined;
  }
}

async function isHeld(holder: LockHolder): Promise<boolean> {
  return isProcessAlive(holder.pid) && (await startTimeOf(holder.pid)) === holder.processStart;
}
