import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { endOrphan, isProcessAlive } from '../process/other-process.ts';

/**
 * Ends the Postgres of an earlier run that still works in `dir`, and removes its lock where only the lock is left. To be
 * done before anybody looks whether a port is free: its port is the one that this run wants.
 */
export async function endPostgresOrphan(dir: string, onProgress: (line: string) => void): Promise<void> {
  const data = join(dir, 'data');
  const file = join(data, 'postmaster.pid');
  const pid = Number((await readFile(file, 'utf8').catch(() => '')).split('\n')[0]);
  if (!pid) return;
  const outcome = await endOrphan(pid, data, 'SIGINT');
  if (outcome === 'ended') onProgress(`ended Postgres process ${pid}, left behind by an earlier run`);
  // A lock whose process is gone Postgres clears itself, once it has seen that no backend still works on the data.
  if (outcome === 'ended' || !isProcessAlive(pid)) return;
  await rm(file, { force: true });
  onProgress('removed a stale lock of an earlier run');
}
