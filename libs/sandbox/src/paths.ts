import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

/** The root of the repository: the nearest folder above this file with a lock file in it. */
export function repositoryRoot(): string {
  let folder = import.meta.dirname;
  while (!existsSync(join(folder, 'package-lock.json'))) {
    const parent = dirname(folder);
    if (parent === folder) throw new Error(`No package-lock.json above ${import.meta.dirname}`);
    folder = parent;
  }
  return folder;
}

/** What sandboxes share: downloaded jars, nothing that belongs to one of them. */
export const cacheFolder = (): string =>
  process.env['SIGNALBOX_SANDBOX_CACHE'] ?? join(repositoryRoot(), '.sandbox', 'cache');

/** The folder of `npm start`: `SIGNALBOX_SANDBOX_DIR`, else `.sandbox` in the repository. */
export const sandboxFolder = (): string =>
  resolve(process.env['SIGNALBOX_SANDBOX_DIR'] || join(repositoryRoot(), '.sandbox'));
