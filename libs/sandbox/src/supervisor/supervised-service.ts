import { EX_CONFIG } from '@signalbox/config';
import { describeExit, spawnGuarded, type GuardedProcess, type ProcessExit } from '../process/guarded-process.ts';
import { SandboxError } from '../sandbox-error.ts';
import { DEFAULT_BACK_OFF, nextDelayMs } from './back-off.ts';
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
  /** It is up, at first or again, or it has ended by itself: its pid has changed. */
  readonly onPidChange: () => void;
  /** It died too often to be started again. */
  readonly onGivenUp: (error: SandboxError) => void;
}

/** How long a start may take until its `service.ready` line. */
const READY_WITHIN_MS = 120_000;
/** A dispatcher gives up its own stop after 50 s (30 s for a POST, 20 s for Kafka), and says what it has left. */
const STOPPED_WITHIN_MS = 55_000;

/** One service process that is kept running until it is stopped. */
export class SupervisedService {
  readonly #options: SupervisedServiceOptions;
  readonly #repetitions = new RepetitionFilter();
  #log: ServiceLog | undefined;
  #process: GuardedProcess | undefined;
  #spawning: Promise<GuardedProcess> | undefined;
  #ready: ReadyLine | undefined;
  #exit: ProcessExit | undefined;
  #wanted = false;
  #failures = 0;
  #restarting: NodeJS.Timeout | undefined;

  constructor(options: SupervisedServiceOptions) {
    this.#options = options;
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

  /** How it ended when it was stopped last; undefined before the first time. */
  get exit(): ProcessExit | undefined {
    return this.#exit;
  }

  /** SIGTERM, KILL after `timeoutMs` (55 s by default). It stays down until it is started again. */
  async stop(timeoutMs = STOPPED_WITHIN_MS): Promise<void> {
    await this.#endStarting();
    const asked = this.pid !== undefined;
    const exit = await this.#process?.stop(timeoutMs);
    if (asked) this.#exit = exit;
    if (asked && exit?.signal === 'SIGKILL') this.#options.onLine(`${this.name} did not stop in time and was killed`);
    else if (asked && exit && exit.code !== 0)
      this.#options.onLine(`${this.name} did not stop cleanly (${describeExit(exit)})`);
    await this.#log?.close();
    this.#log = undefined;
  }

  /** kill -9. It stays down until it is started again; kill the pid from outside to see it come back by itself. */
  async kill(): Promise<void> {
    await this.#endStarting();
    await this.#process?.kill();
  }

  /** Whoever stops it in the moment in which its process begins would otherwise find none to end. */
  async #endStarting(): Promise<void> {
    this.#wanted = false;
    clearTimeout(this.#restarting);
    await this.#spawning?.catch(() => undefined);
  }

  async #launch(): Promise<void> {
    const { spec, onPidChange } = this.#options;
    const log = this.#log;
    if (!log || !this.#wanted) throw new SandboxError('sandbox.stopped', `${this.name} was stopped`);
    log.forgetLines();
    this.#spawning = spawnGuarded({ command: process.execPath, args: [spec.main], env: spec.env });
    const child = (this.#process = await this.#spawning);
    const startedAt = performance.now();
    await new Promise<void>((resolve, reject) => {
      let isReady = false;
      const timer = setTimeout(() => {
        reject(this.#cannotStart(`it was not ready after ${READY_WITHIN_MS / 1000} s`));
      }, READY_WITHIN_MS);
      const outputEnded = [child.stdout, child.stderr].map((output) =>
        output
          ? log.follow(output, (line) => {
              const ready = readReadyLine(line);
              if (!ready || isReady) return this.#showAlarm(line);
              isReady = true;
              clearTimeout(timer);
              this.#ready = ready;
              resolve();
              onPidChange();
            })
          : Promise.resolve(),
      );
      void child.exited.then(async (exit) => {
        clearTimeout(timer);
        // As it is now: by the time its output has ended, somebody may have stopped and started it.
        const isUnasked = this.#wanted;
        if (isUnasked) onPidChange();
        await Promise.all(outputEnded);
        if (!isReady) return reject(this.#cannotStart(describeExit(exit), exit));
        if (!isUnasked || this.#process !== child) return;
        if (performance.now() - startedAt > DEFAULT_BACK_OFF.wellAfterMs) this.#failures = 0;
        return this.#onDeath(`ended (${describeExit(exit)})`);
      });
    });
  }

  #onDeath(what: string): void {
    if (!this.#wanted) return;
    this.#failures++;
    const delayMs = nextDelayMs(DEFAULT_BACK_OFF, this.#failures);
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
      if (cannot.cause === EX_CONFIG) this.#giveUp(cannot);
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
