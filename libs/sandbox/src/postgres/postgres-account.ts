import { execFile } from 'node:child_process';
import { chmod, chown, stat } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { SandboxError } from '../sandbox-error.ts';

const run = promisify(execFile);

/** Whom Postgres runs as when we are root, whom it refuses. */
export interface PostgresAccount {
  readonly uid: number;
  readonly gid: number;
}

/** Undefined for an ordinary user, who runs Postgres himself; as root the user `postgres`, made when there is none. */
export async function postgresAccount(): Promise<PostgresAccount | undefined> {
  if (userInfo().uid !== 0) return undefined;
  const existing = await lookUp();
  if (existing) return existing;
  // Several sandboxes may find at once that there is none: what counts is that the user is there afterwards.
  await run('groupadd', ['-f', 'postgres']).catch(() => undefined);
  await run('useradd', ['-g', 'postgres', 'postgres']).catch(() => undefined);
  const made = await lookUp();
  if (made) return made;
  const hint = 'Postgres does not run as root, and the user `postgres` could not be made. Run as an ordinary user.';
  throw new SandboxError('sandbox.start_failed', hint);
}

async function lookUp(): Promise<PostgresAccount | undefined> {
  try {
    const [uid, gid] = await Promise.all(['-u', '-g'].map((flag) => run('id', [flag, 'postgres'])));
    return { uid: Number(uid?.stdout), gid: Number(gid?.stdout) };
  } catch {
    return undefined;
  }
}

/**
 * Gives `folder` to the account and opens the way there: of our own folders (`from` and below) others may pass through,
 * never read. Answers the first folder above that lets nobody through, which is the operator's business.
 */
export async function openWayTo(folder: string, from: string, account: PostgresAccount): Promise<string | undefined> {
  await chown(folder, account.uid, account.gid);
  let isOurs = true;
  for (let parent = dirname(folder); parent !== dirname(parent); parent = dirname(parent)) {
    const { mode } = await stat(parent);
    if ((mode & 0o001) === 0) {
      if (!isOurs) return parent;
      await chmod(parent, mode | 0o011);
    }
    if (parent === from) isOurs = false;
  }
  return undefined;
}
