import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chown, mkdir, mkdtemp, open, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { Client } from 'pg';
import { readJson, writeJson } from '../folder/kept-file.ts';
import { rotateLog } from '../folder/rotated-log.ts';
import { freePort, isPortFree } from '../process/free-ports.ts';
import { describeExit, spawnGuarded, type GuardedProcess } from '../process/guarded-process.ts';
import { CommandFailed, runGuarded } from '../process/run-guarded.ts';
import { waitUntil } from '../process/wait-until.ts';
import { SandboxError } from '../sandbox-error.ts';
import { asAccount, postgresAccount, type PostgresAccount } from './postgres-account.ts';
import { postgresBinaries } from './postgres-binaries.ts';
import { endPostgresOrphan } from './postgres-orphan.ts';

export interface PostgresOptions {
  /** Holds data, settings and the log; what was stored is there at the next start. */
  readonly dir: string;
  /** A free one by default, kept for the next start while nobody else takes it. */
  readonly port?: number;
  /**
   * What is stored outlives its process, not the machine: no write waits for the disk. For tests, which throw it away
   * and must not depend on how busy a disk is. False by default.
   */
  readonly isDisposable?: boolean;
  readonly onProgress?: (line: string) => void;
  /** It ended by itself after it had been ready; `how` is for people. */
  readonly onUnexpectedEnd?: (server: RunningPostgres, how: string) => void;
}

export interface RunningPostgres {
  /** With user and password, to the database `postgres`. */
  readonly url: string;
  /** Of the postmaster as it runs now. */
  readonly pid: number;
  readonly isAlive: boolean;
  /** A fast shutdown: open transactions are rolled back, everything is written. */
  stop(): Promise<void>;
  /** kill -9 of the postmaster and all of its processes. */
  kill(): Promise<void>;
  /** Again on the same port and data; resolves when it accepts connections. */
  start(): Promise<void>;
}

const ANSWERS_WITHIN_MS = 120_000;

const SETTINGS: readonly string[] = ['listen_addresses=127.0.0.1', 'unix_socket_directories=', 'max_connections=200'];
const DISPOSABLE_SETTINGS: readonly string[] = ['fsync=off', 'full_page_writes=off'];

/** The SQLSTATE `invalid_password`. */
const WRONG_PASSWORD = '28P01';

interface Stored {
  readonly port: number;
  readonly password: string;
}

/**
 * Runs a real Postgres on 127.0.0.1.
 * @throws SandboxError with what a person can do about it
 */
export async function startPostgres(options: PostgresOptions): Promise<RunningPostgres> {
  const server = new PostgresServer(resolve(options.dir), options);
  await server.prepare();
  await server.start();
  return server;
}

class PostgresServer implements RunningPostgres {
  readonly #dir: string;
  readonly #options: PostgresOptions;
  #stored: Stored = { port: 0, password: '' };
  #account: PostgresAccount | undefined;
  #process: GuardedProcess | undefined;
  #starting: Promise<void> | undefined;
  #wanted = false;
  #hasAnswered = false;

  constructor(dir: string, options: PostgresOptions) {
    this.#dir = dir;
    this.#options = options;
  }

  get url(): string {
    return `postgres://postgres:${this.#stored.password}@127.0.0.1:${this.#stored.port}/postgres`;
  }

  get pid(): number {
    if (!this.#process) throw new SandboxError('sandbox.stopped', 'This Postgres was never started');
    return this.#process.pid;
  }

  get isAlive(): boolean {
    return this.#process?.isAlive() ?? false;
  }

  async prepare(): Promise<void> {
    await mkdir(this.#dir, { recursive: true });
    await endPostgresOrphan(this.#dir, this.#options.onProgress ?? (() => undefined));
    this.#account = await postgresAccount();
    const file = this.#path('postgres.json');
    const stored = await readJson<Stored>(file);
    const isMade = existsSync(join(this.#data, 'PG_VERSION'));
    if (isMade && stored === undefined) {
      const what = `${file} is missing or damaged, and with it the password of the database beside it`;
      throw new SandboxError('sandbox.start_failed', `${what}. Restore it, or start anew: npm run sandbox -- reset`);
    }
    const isKept = stored && (await isPortFree(stored.port));
    const port = this.#options.port ?? (isKept ? stored.port : await freePort());
    this.#stored = { port, password: stored?.password ?? randomBytes(18).toString('base64url') };
    await writeJson(file, this.#stored);
    if (!isMade) await this.#initialise();
  }

  async start(): Promise<void> {
    this.#wanted = true;
    this.#starting ??= this.#launch().finally(() => (this.#starting = undefined));
    await this.#starting;
  }

  async stop(): Promise<void> {
    await this.#endStarting();
    await this.#process?.stop(20_000);
  }

  async kill(): Promise<void> {
    await this.#endStarting();
    await this.#process?.kill();
    // Its backends are in sessions of their own: they notice the postmaster's end themselves, and hold the data until then.
    await waitUntil('the backends of the killed Postgres to end', 15_000, () => isPortFree(this.#stored.port));
  }

  /** A start that is under way would otherwise begin a process after the stop had found none to end. */
  async #endStarting(): Promise<void> {
    this.#wanted = false;
    await this.#starting?.catch(() => undefined);
  }

  async #launch(): Promise<void> {
    if (this.isAlive) return;
    const { port } = this.#stored;
    if (!(await isPortFree(port))) {
      throw new SandboxError(
        'sandbox.port_in_use',
        `Postgres's port ${port} on 127.0.0.1 is in use by another program`,
      );
    }
    this.#hasAnswered = false;
    const child = await this.#spawn(port);
    this.#process = child;
    void child.exited.then((exit) => {
      if (this.#wanted && this.#hasAnswered) this.#options.onUnexpectedEnd?.(this, describeExit(exit));
    });
    try {
      await waitUntil('Postgres to accept connections', ANSWERS_WITHIN_MS, () => this.#answers());
      this.#hasAnswered = true;
    } catch (error) {
      await child.kill();
      throw error;
    }
  }

  async #spawn(port: number): Promise<GuardedProcess> {
    const settings = [...SETTINGS, ...(this.#options.isDisposable === true ? DISPOSABLE_SETTINGS : [])];
    await rotateLog(this.#path('postgres.log'));
    const log = await open(this.#path('postgres.log'), 'a');
    try {
      const args = ['-D', this.#data, '-p', String(port), ...settings.flatMap((setting) => ['-c', setting])];
      return await spawnGuarded({
        ...(await this.#asUser(postgresBinaries().postgres, args)),
        cwd: '/',
        env: { ...process.env, LC_MESSAGES: 'C' },
        logFd: log.fd,
        stopSignal: 'INT',
      });
    } finally {
      await log.close();
    }
  }

  /** @throws SandboxError when it is not worth asking again */
  async #answers(): Promise<boolean> {
    if (!this.#wanted) throw new SandboxError('sandbox.stopped', 'Postgres was stopped while it was starting');
    if (!this.isAlive) {
      const log = await readFile(this.#path('postgres.log'), 'utf8').catch(() => '');
      const lines = log.trimEnd().split('\n').slice(-6).join('\n');
      throw new SandboxError(
        'sandbox.start_failed',
        `Postgres ended while it was starting. Its log ends with:\n${lines}`,
      );
    }
    const client = new Client({ connectionString: this.url, connectionTimeoutMillis: 2_000 });
    client.on('error', () => undefined);
    try {
      await client.connect();
      return true;
    } catch (error) {
      if ((error as { code?: string }).code === WRONG_PASSWORD) {
        const what = `Postgres does not take the password in ${this.#path('postgres.json')}`;
        throw new SandboxError('sandbox.start_failed', `${what}. Restore it, or start anew: npm run sandbox -- reset`);
      }
      return false;
    } finally {
      await client.end().catch(() => undefined);
    }
  }

  /** Made beside and renamed at the end, so that a start that was interrupted leaves no half of a database. */
  async #initialise(): Promise<void> {
    this.#options.onProgress?.('making the Postgres database');
    await rm(this.#data, { recursive: true, force: true });
    for (const name of await readdir(this.#dir)) {
      if (name.startsWith('making-')) await rm(this.#path(name), { recursive: true, force: true });
    }
    const partial = await mkdtemp(this.#path('making-'));
    if (this.#account) await chown(partial, this.#account.uid, this.#account.gid);
    const passwordFile = this.#path('password');
    await writeFile(passwordFile, `${this.#stored.password}\n`, { mode: 0o600 });
    if (this.#account) await chown(passwordFile, this.#account.uid, this.#account.gid);
    try {
      const flags = ['--locale=C', '--lc-messages=C', '--encoding=UTF8', '--username=postgres', '--no-sync'];
      const all = [`--pgdata=${partial}`, '--auth=scram-sha-256', `--pwfile=${passwordFile}`, ...flags];
      const { command, args, ...ids } = await this.#asUser(postgresBinaries().initdb, all);
      await runGuarded(command, args, { ...ids, env: { ...process.env, LC_ALL: 'C' } });
      await rename(partial, this.#data);
    } catch (error) {
      await rm(partial, { recursive: true, force: true });
      const said = (error instanceof CommandFailed && error.said) || String(error);
      throw new SandboxError('sandbox.start_failed', `The Postgres database could not be made: ${said}`, {
        cause: error,
      });
    } finally {
      await rm(passwordFile, { force: true });
    }
  }

  /** The program and its arguments as an ordinary user may run it; Postgres refuses root. */
  async #asUser(program: string, args: readonly string[]) {
    if (!this.#account) return { command: program, args };
    const { wrapper, ids } = await asAccount(this.#account, [program, this.#data]);
    const [command = program, ...rest] = [...wrapper, program, ...args];
    return { command, args: rest, ...ids };
  }

  get #data(): string {
    return this.#path('data');
  }

  #path(name: string): string {
    return join(this.#dir, name);
  }
}
