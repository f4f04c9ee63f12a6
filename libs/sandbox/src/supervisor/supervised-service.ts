import { describeExit, spawnGuarded, type GuardedProcess, type ProcessExit } from '../process/guarded-process.ts';
import { SandboxError } from '../sandbox-error.ts';
import { DEFAULT_BACK_OFF, nextDelayMs, type BackOffPolicy } from './back-off.ts';
import { readAlarm, readReadyLine, type ReadyLine } from './ready-line.ts';
import { RepetitionFilter } from './repetition-filter.ts';
import { ServiceLog } from './service-log.ts';

export interface ServiceSpec {
  readonly name: string;
  /** The script that Node runs. */
  readonly main: string;
  readonly env: NodeJS.ProcessEnv;
}

export interface SupervisedServiceOptions {
  readonly spec: ServiceSpec;
  readonly logFile: string;
  /** One plain line for people: a death, a restart, a warning of the service. */
  readonly onLine: (line: string) => void;
  /** The service is up, at first or again: its pid has changed. */
  readonly onReady: () => void;
  /** It died too often to be started again. */
  readonly onGivenUp: (error: SandboxError) => void;
  readonly backOff?: BackOffPolicy;
  /** How long a start may take until its `service.ready` line. */
  readonly readyTimeoutMs?: number;
}

/** EX_CONFIG: the environment is wrong, and will be wrong the next time. */
const EXIT_BAD_ENVIRONMENT = 78;

/** One service process that is kept running until it is stopped. */
export class SupervisedService {
  readonly #options: SupervisedServiceOptions;
  readonly #backOff: BackOffPolicy;
  readonly #repetitions = new RepetitionFilter();
  #log: ServiceLog | undefined;
  #process: GuardedProcess | undefined;
  #ready: ReadyLine | undefined;
  #wanted = false;
  #failures = 0;
  #restarting: NodeJS.Timeout | undefined;

  constructor(options: SupervisedServiceOptions) {
    this.#options = options;
    this.#backOff = options.backOff ?? DEFAULT_BACK_OFF;
  }

  get name(): string {
    return this.#options.spec.name;
  }

  /** Undefined while it does not run. */
  get pid(): number | undefined {
    return this.#process?.isAlive() ? this.#process.pid : undefined;
  }

  /** What its last `service.ready` line said; undefined before the first. */
  get ready(): ReadyLine | undefined {
    return this.#ready;
  }

  /** Starts it and waits until it is ready. @throws SandboxError with the reason when it cannot start */
  async start(): Promise<void> {
    this.#wanted = true;
    this.#failures = 0;
    if (this.pid !== undefined) return;
    clearTimeout(this.#restarting);
    this.#log ??= await ServiceLog.open(this.#options.logFile);
    try {
      await this.#launch();
    } catch (error) {
      this.#wanted = false;
      await this.#process?.kill();
      throw error;
    }
  }

  /** SIGTERM, KILL after `timeoutMs` (15 s by default). It stays down until it is started again. */
  async stop(timeoutMs = 15_000): Promise<void> {
    this.#wanted = false;
    clearTimeout(this.#restarting);
    if (!this.#process) return;
    const asked = this.pid !== undefined;
    const exit = await this.#process.stop(timeoutMs);
    if (asked && exit.signal === 'SIGKILL') this.#options.onLine(`${this.name} did not stop in time and was killed`);
    else if (asked && exit.code !== 0)
      this.#options.onLine(`${this.name} did not stop cleanly (${describeExit(exit)})`);
    await this.#log?.close();
    this.#log = undefined;
  }

  /** kill -9. It stays down until it is started again; kill the pid from outside to see it come back by itself. */
  async kill(): Promise<void> {
    this.#wanted = false;
    clearTimeout(this.#restarting);
    await this.#process?.kill();
  }

  async #launch(): Promise<void> {
    const { spec, onReady, readyTimeoutMs = 120_000 } = this.#options;
    const log = this.#log;
    if (!log) throw new SandboxError('sandbox.stopped', `${this.name} was stopped`);
    log.forgetLines();
    const child = await spawnGuarded({ command: process.execPath, args: [spec.main], env: spec.env });
    this.#process = child;
    const startedAt = performance.now();
    await new Promise<void>((resolve, reject) => {
      let isReady = false;
      const timer = setTimeout(() => {
        reject(this.#cannotStart(`it was not ready after ${readyTimeoutMs / 1000} s`));
      }, readyTimeoutMs);
      const outputEnded = [child.stdout, child.stderr].map((output) =>
        output
          ? log.follow(output, (line) => {
              const ready = readReadyLine(line);
              if (!ready || isReady) return this.#showAlarm(line);
              isReady = true;
              clearTimeout(timer);
              this.#ready = ready;
              resolve();
              onReady();
            })
          : Promise.resolve(),
      );
      void child.exited.then(async (exit) => {
        clearTimeout(timer);
        await Promise.all(outputEnded);
        if (!isReady) return reject(this.#cannotStart(describeExit(exit), exit));
        if (performance.now() - startedAt > this.#backOff.wellAfterMs) this.#failures = 0;
        return this.#onDeath(`ended (${describeExit(exit)})`);
      });
    });
  }

  #onDeath(what: string): void {
    if (!this.#wanted) return;
    this.#failures++;
    const delayMs = nextDelayMs(this.#backOff, this.#failures);
    if (delayMs === undefined) return this.#giveUp(this.#cannotStart(`${what}, ${this.#failures} times in a row`));
    this.#options.onLine(`${this.name} ${what}; starting it again in ${delayMs / 1000} s`);
    this.#restarting = setTimeout(() => void this.#relaunch(), delayMs);
  }

  async #relaunch(): Promise<void> {
    try {
      await this.#launch();
      this.#options.onLine(`${this.name} is back (pid ${this.pid})`);
    } catch (error) {
      if (!this.#wanted) return;
      await this.#process?.kill();
      const cannot = error instanceof SandboxError ? error : this.#cannotStart(String(error));
      if (cannot.cause === EXIT_BAD_ENVIRONMENT) this.#giveUp(cannot);
      else this.#onDeath('could not be started');
    }
  }

  #giveUp(error: SandboxError): void {
    this.#wanted = false;
    this.#options.onGivenUp(error);
  }

  #showAlarm(line: string): void {
    const alarm = readAlarm(line);
    if (!alarm) return;
    const shown = this.#repetitions.pass(`${this.name} ${alarm.level}: ${alarm.text}`, performance.now());
    if (shown !== undefined) this.#options.onLine(shown);
  }

  #cannotStart(why: string, exit?: ProcessExit): SandboxError {
    const said = (this.#log?.lastLines() ?? []).map((line) => `  ${line}`).join('\n');
    const lines = [`${this.name} cannot start: ${why}.`, said, `Its log: ${this.#options.logFile}`];
    const message = lines.filter((line) => line !== '').join('\n');
    return new SandboxError('sandbox.start_failed', message, { cause: exit?.code });
  }
}
