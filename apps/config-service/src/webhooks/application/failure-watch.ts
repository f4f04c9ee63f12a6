export interface FailureWatchOptions {
  /** Undefined: nothing is ever disabled for its failures. */
  readonly run: (() => Promise<void>) | undefined;
  /** It is tried again the next time. */
  readonly onTrouble: (error: unknown) => void;
}

const FIRST_MS = 60_000;
const HOUR_MS = 3_600_000;
/** What was looked at is quickly looked at again, and what a trouble kept from it waits no hour. */
const AFTER_TROUBLE_MS = 300_000;

/** Looks for failing webhooks a minute after the start, and an hour after each look; five minutes after one in vain. */
export class FailureWatch {
  readonly #options: FailureWatchOptions;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> = Promise.resolve();

  constructor(options: FailureWatchOptions) {
    this.#options = options;
  }

  start(): void {
    this.#lookAfter(FIRST_MS);
  }

  /** Resolves when nothing is under way any more. */
  async stop(): Promise<void> {
    clearTimeout(this.#timer);
    await this.#running;
    clearTimeout(this.#timer);
  }

  #lookAfter(delayMs: number): void {
    const { run, onTrouble } = this.#options;
    if (run === undefined) return;
    this.#timer = setTimeout(() => {
      this.#running = run().then(
        () => this.#lookAfter(HOUR_MS),
        (error: unknown) => {
          onTrouble(error);
          this.#lookAfter(AFTER_TROUBLE_MS);
        },
      );
    }, delayMs).unref();
  }
}
