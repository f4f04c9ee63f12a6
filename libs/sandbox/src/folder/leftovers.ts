import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isProcessAlive } from '../process/other-process.ts';

/** The beginning of a name for something half done by this process, for {@link removeLeftovers}. */
export const unfinished = (prefix: string): string => `${prefix}${process.pid}-`;

/** Removes what {@link unfinished} names begin with, of processes that are gone: a kill -9 leaves them behind. */
export async function removeLeftovers(folder: string, prefix: string): Promise<void> {
  for (const name of await readdir(folder).catch(() => [])) {
    if (!name.startsWith(prefix)) continue;
    const pid = /^(\d+)-/.exec(name.slice(prefix.length))?.[1];
    if (pid === undefined || isProcessAlive(Number(pid))) continue;
    await rm(join(folder, name), { recursive: true, force: true });
  }
}
