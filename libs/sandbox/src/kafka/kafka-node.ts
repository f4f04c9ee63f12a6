import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, open, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { isPortFree } from '../process/free-ports.ts';
import { describeExit, spawnGuarded, type GuardedProcess } from '../process/guarded-process.ts';
import { endOrphan } from '../process/other-process.ts';
import { SandboxError } from '../sandbox-error.ts';
import { classArchive, keepClassArchive } from './class-archive.ts';
import { LOG4J_SETTINGS, serverProperties, type KafkaNodeSettings } from './kafka-node-settings.ts';

const run = promisify(execFile);

export interface KafkaNodeOptions {
  readonly dir: string;
  readonly jars: string;
  readonly clusterId: string;
  readonly settings: KafkaNodeSettings;
  readonly onProgress: (line: string) => void;
  /** The process ended though nobody here ended it. */
  readonly onUnexpectedEnd?: (how: string) => void;
}

/** One broker and controller process, with its data in `dir`; it can be ended and started again on the same port. */
export class KafkaNode {
  readonly #options: KafkaNodeOptions;
  #process: GuardedProcess | undefined;
  #wanted = false;
  #newArchive: string | undefined;

  constructor(options: KafkaNodeOptions) {
    this.#options = options;
  }

  get port(): number {
    return this.#options.settings.port;
  }

  get logFile(): string {
    return join(this.#options.dir, 'kafka.log');
  }

  /** The pid of the Java process. */
  get pid(): number {
    if (!this.#process) throw new SandboxError('sandbox.stopped', 'This Kafka node was never started');
    return this.#process.pid;
  }

  isAlive(): boolean {
    return this.#process?.isAlive() ?? false;
  }

  /** Starts the process; whether the cluster answers is asked by {@link startKafka}. */
  async start(): Promise<void> {
    if (this.isAlive()) return;
    this.#wanted = true;
    await this.#prepare();
    const { dir, jars } = this.#options;
    const log = await open(this.logFile, 'a');
    try {
      const jvm = ['-Xms128m', '-Xmx512m', '-XX:+UseSerialGC', '-XX:+ExitOnOutOfMemoryError', this.#classArchiveFlag()];
      const logging = `-Dlog4j2.configurationFile=${this.#path('log4j2.yaml')}`;
      this.#process = await spawnGuarded({
        command: 'java',
        args: [...jvm, logging, '-cp', join(jars, '*'), 'kafka.Kafka', this.#path('server.properties')],
        cwd: dir,
        logFd: log.fd,
      });
    } finally {
      await log.close();
    }
    void this.#process.exited.then((exit) => {
      if (this.#wanted) this.#options.onUnexpectedEnd?.(describeExit(exit));
    });
    await writeFile(this.#path('kafka.pid'), String(this.#process.pid));
  }

  /** SIGTERM: the broker hands its partitions over and closes its logs. */
  async stop(): Promise<void> {
    this.#wanted = false;
    const exit = await this.#process?.stop(30_000);
    if (exit?.signal === null) await keepClassArchive(this.#options.jars, this.#newArchive);
    await rm(this.#path('kafka.pid'), { force: true });
  }

  async kill(): Promise<void> {
    this.#wanted = false;
    await this.#process?.kill();
  }

  /** The last lines of its log, for a message about why it does not run. */
  async lastWords(): Promise<string> {
    const text = await readFile(this.logFile, 'utf8').catch(() => '');
    return text.trimEnd().split('\n').slice(-8).join('\n');
  }

  async #prepare(): Promise<void> {
    const { dir, jars, clusterId, settings, onProgress } = this.#options;
    await mkdir(dir, { recursive: true });
    await this.#endOrphan();
    for (const port of [settings.port, settings.controllerPorts[settings.nodeId - 1] ?? 0]) {
      if (!(await isPortFree(port))) {
        throw new SandboxError('sandbox.port_in_use', `Kafka's port ${port} on 127.0.0.1 is in use by another program`);
      }
    }
    await writeFile(this.#path('server.properties'), serverProperties(settings));
    await writeFile(this.#path('log4j2.yaml'), LOG4J_SETTINGS);
    if (existsSync(join(settings.dataDir, 'meta.properties'))) return;
    onProgress(`formatting the storage of Kafka node ${settings.nodeId}`);
    await this.#java(jars, [
      'kafka.tools.StorageTool',
      'format',
      // With `=`: an id may begin with a dash.
      `--cluster-id=${clusterId}`,
      '-c',
      this.#path('server.properties'),
    ]);
  }

  /** The first node of a folder makes the archive when there is none; it is written while the JVM ends. */
  #classArchiveFlag(): string {
    const { jars, settings } = this.#options;
    const archive = classArchive(jars);
    if (existsSync(archive)) return `-XX:SharedArchiveFile=${archive}`;
    if (settings.nodeId !== 1) return '-Xshare:auto';
    this.#newArchive = `${archive}.${randomUUID()}`;
    return `-XX:ArchiveClassesAtExit=${this.#newArchive}`;
  }

  async #java(jars: string, args: readonly string[]): Promise<void> {
    try {
      await run('java', ['-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-cp', join(jars, '*'), ...args]);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
        const hint = '`java` was not found. Install Java 17 or newer, or set KAFKA_BROKERS to use your own Kafka.';
        throw new SandboxError('sandbox.tool_missing', hint, { cause: error });
      }
      const said = (error as { stderr?: string }).stderr ?? String(error);
      throw new SandboxError('sandbox.start_failed', `Kafka's storage could not be formatted: ${said}`, {
        cause: error,
      });
    }
  }

  async #endOrphan(): Promise<void> {
    const pid = Number(await readFile(this.#path('kafka.pid'), 'utf8').catch(() => '0'));
    if (!pid) return;
    if ((await endOrphan(pid, this.#path('server.properties'), 'SIGTERM')) === 'ended') {
      this.#options.onProgress(`ended Kafka process ${pid}, left behind by an earlier run`);
    }
    await rm(this.#path('kafka.pid'), { force: true });
  }

  #path(name: string): string {
    return join(this.#options.dir, name);
  }
}
