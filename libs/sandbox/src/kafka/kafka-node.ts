import { existsSync } from 'node:fs';
import { mkdir, open, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { rotateLog } from '../folder/rotated-log.ts';
import { isPortFree } from '../process/free-ports.ts';
import { describeExit, spawnGuarded, type GuardedProcess } from '../process/guarded-process.ts';
import { CommandFailed, runGuarded } from '../process/run-guarded.ts';
import { SandboxError } from '../sandbox-error.ts';
import { classArchive, dropClassArchive, keepClassArchive, newClassArchive } from './class-archive.ts';
import { LOG4J_SETTINGS, serverProperties, type KafkaNodeSettings } from './kafka-node-settings.ts';

export interface KafkaNodeOptions {
  readonly dir: string;
  readonly jars: string;
  readonly clusterId: string;
  readonly settings: KafkaNodeSettings;
  readonly formatArguments: readonly string[];
  readonly onProgress: (line: string) => void;
  /** The process ended though nobody here ended it. */
  readonly onUnexpectedEnd?: (how: string) => void;
}

/** One broker and controller process, with its data in `dir`; it can be ended and started again on the same port. */
export class KafkaNode {
  readonly #options: KafkaNodeOptions;
  #process: GuardedProcess | undefined;
  #starting: Promise<void> | undefined;
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

  /**
   * Starts the process; whether the cluster answers is asked by {@link startKafka}.
   * @throws SandboxError `sandbox.stopped` when it was stopped meanwhile
   */
  async start(): Promise<void> {
    this.#wanted = true;
    this.#starting ??= this.#launch().finally(() => (this.#starting = undefined));
    await this.#starting;
  }

  /** SIGTERM: the broker hands its partitions over and closes its logs. */
  async stop(): Promise<void> {
    await this.#endStarting();
    const exit = await this.#process?.stop(30_000);
    if (exit?.signal === null) await keepClassArchive(this.#options.jars, this.#newArchive);
    else await dropClassArchive(this.#newArchive);
    await rm(this.#path('kafka.pid'), { force: true });
  }

  async kill(): Promise<void> {
    await this.#endStarting();
    await this.#process?.kill();
  }

  /** The last lines of its log, for a message about why it does not run. */
  async lastWords(): Promise<string> {
    const text = await readFile(this.logFile, 'utf8').catch(() => '');
    return text.trimEnd().split('\n').slice(-8).join('\n');
  }

  /** A start that is under way would otherwise begin a process after the stop had found none to end. */
  async #endStarting(): Promise<void> {
    this.#wanted = false;
    await this.#starting?.catch(() => undefined);
  }

  async #launch(): Promise<void> {
    if (this.isAlive()) return;
    await this.#prepare();
    const { dir, jars } = this.#options;
    await rotateLog(this.logFile);
    const log = await open(this.logFile, 'a');
    let child: GuardedProcess;
    try {
      this.#assertWanted();
      const jvm = ['-Xms128m', '-Xmx512m', '-XX:+UseSerialGC', '-XX:+ExitOnOutOfMemoryError', this.#classArchiveFlag()];
      const logging = `-Dlog4j2.configurationFile=${this.#path('log4j2.yaml')}`;
      child = await spawnGuarded({
        command: 'java',
        args: [...jvm, logging, '-cp', join(jars, '*'), 'kafka.Kafka', this.#path('server.properties')],
        cwd: dir,
        logFd: log.fd,
      });
    } finally {
      await log.close();
    }
    this.#process = child;
    void child.exited.then((exit) => {
      if (this.#wanted) this.#options.onUnexpectedEnd?.(describeExit(exit));
    });
    await writeFile(this.#path('kafka.pid'), String(child.pid));
  }

  #assertWanted(): void {
    if (!this.#wanted) throw new SandboxError('sandbox.stopped', 'Kafka was stopped while it was starting');
  }

  async #prepare(): Promise<void> {
    const { dir, jars, clusterId, settings, onProgress } = this.#options;
    await mkdir(dir, { recursive: true });
    for (const port of [settings.port, settings.controllerPorts[settings.nodeId - 1] ?? 0]) {
      if (!(await isPortFree(port))) {
        throw new SandboxError('sandbox.port_in_use', `Kafka's port ${port} on 127.0.0.1 is in use by another program`);
      }
    }
    await writeFile(this.#path('server.properties'), serverProperties(settings));
    await writeFile(this.#path('log4j2.yaml'), LOG4J_SETTINGS);
    if (existsSync(join(settings.dataDir, 'meta.properties'))) return;
    onProgress(`formatting the storage of Kafka node ${settings.nodeId}`);
    // `-t <id>` is no argument of it where the id begins with a dash, as one of 64 does.
    const where = ['-c', this.#path('server.properties')];
    const args = ['format', `--cluster-id=${clusterId}`, ...where, ...this.#options.formatArguments];
    await this.#java(jars, ['kafka.tools.StorageTool', ...args]);
  }

  /** The first node of a folder makes the archive when there is none; it is written while the JVM ends. */
  #classArchiveFlag(): string {
    const { jars, settings } = this.#options;
    const archive = classArchive(jars);
    if (existsSync(archive)) return `-XX:SharedArchiveFile=${archive}`;
    if (settings.nodeId !== 1) return '-Xshare:auto';
    this.#newArchive = newClassArchive(jars);
    return `-XX:ArchiveClassesAtExit=${this.#newArchive}`;
  }

  async #java(jars: string, args: readonly string[]): Promise<void> {
    try {
      await runGuarded('java', ['-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-cp', join(jars, '*'), ...args]);
    } catch (error) {
      if (!(error instanceof CommandFailed)) throw error;
      if (error.isMissing) {
        const hint = '`java` was not found. Install Java 17 or newer, or set KAFKA_BROKERS to use your own Kafka.';
        throw new SandboxError('sandbox.tool_missing', hint, { cause: error });
      }
      const message = `Kafka's storage could not be formatted: ${error.said || error.message}`;
      throw new SandboxError('sandbox.start_failed', message, { cause: error });
    }
  }

  #path(name: string): string {
    return join(this.#options.dir, name);
  }
}
