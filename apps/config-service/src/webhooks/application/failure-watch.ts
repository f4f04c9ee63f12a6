export interface FailureWatchOptions {
  /** Undefined: nothing is ever disabled for its failures. */
  readonly run: (() => Promise<void>) | undefined;
  /** It is tried again the next time. */
  readonly onTrouble: (error: unknown) => void;
  /** Default 3,600,000. */
  readonly everyMs?: number;
}

const HOUR_MS = 3_600_000;

/** Looks for failing webhooks every hour, for the first time an hour after the start. */
export class FailureWatch {
  readonly #options: FailureWatchOptions;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> = Promise.resolve();

  constructor(options: FailureWatchOptions) {
    this.#options = options;
  }

  start(): void {
    const { run, everyMs = HOUR_MS } = this.#options;
    if (run === undefined) return;
    this.#timer ??= setInterval(() => {
      // One that takes longer than the time between is waited for.
      this.#running = this.#running.then(run).catch(this.#options.onTrouble);
    }, everyMs).unref();
  }

  /** Resolves when nothing is under way any more. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#running;
  }
}
