import { execFile } from 'node:child_process';
import { stat } from 'node:fs/promises';
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
 * How to run a program as the account: plainly, or, where a folder on the way to `paths` lets nobody but root pass
 * (a clone in /root, a private temporary folder), with the one capability to pass through it, by `setpriv`.
 * @throws SandboxError when that would be needed and there is no `setpriv`
 */
export async function asAccount(account: PostgresAccount, paths: readonly string[]): Promise<RunAs> {
  const closed = (await Promise.all(paths.map(firstClosedFolder))).find((folder) => folder !== undefined);
  if (closed === undefined) return { wrapper: [], ids: account };
  const hasSetpriv = await run('setpriv', ['--version']).then(
    () => true,
    () => false,
  );
  if (!hasSetpriv) {
    const message =
      `As root, Postgres runs as the user postgres, who cannot pass through ${closed}. ` +
      'Choose another place with SIGNALBOX_SANDBOX_DIR, or run as an ordinary user.';
    throw new SandboxError('sandbox.start_failed', message);
  }
  const ids = [`--reuid=${account.uid}`, `--regid=${account.gid}`, '--clear-groups'];
  return { wrapper: ['setpriv', ...ids, '--inh-caps=+dac_override', '--ambient-caps=+dac_override', '--'] };
}

export interface RunAs {
  /** To be put before the program and its arguments. */
  readonly wrapper: readonly string[];
  /** For `spawn`; absent where the wrapper changes them. */
  readonly ids?: PostgresAccount;
}

/** The first folder above `path` that others may not pass through. */
async function firstClosedFolder(path: string): Promise<string | undefined> {
  for (let folder = dirname(path); folder !== dirname(folder); folder = dirname(folder)) {
    if (((await stat(folder)).mode & 0o001) === 0) return folder;
  }
  return undefined;
}
