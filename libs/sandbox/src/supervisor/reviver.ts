import { SandboxError } from '../sandbox-error.ts';
import { DEFAULT_BACK_OFF, nextDelayMs, type BackOffPolicy } from './back-off.ts';

export interface ReviverOptions {
  readonly name: string;
  readonly start: () => Promise<void>;
  readonly isWanted: () => boolean;
  readonly onLine: (line: string) => void;
  readonly onGivenUp: (error: SandboxError) => void;
  readonly backOff?: BackOffPolicy;
}

/**
 * Starts one part, a Kafka node or a Postgres, again when it ends by itself: with back-off, until it cannot be. One that
 * starts well and dies soon after counts as failing too.
 */
export class Reviver {
  readonly #options: ReviverOptions;
  readonly #backOff: BackOffPolicy;
  #isReviving = false;
  /** It ended while it was being revived. */
  #endedAgain: string | undefined;
  #failures = 0;
  #backAtMs = -Infinity;

  constructor(options: ReviverOptions) {
    this.#options = options;
    this.#backOff = options.backOff ?? DEFAULT_BACK_OFF;
  }

  /** To be called whenever the part has ended though nobody ended it. Resolves when it is back, or given up. */
  async ended(how: string): Promise<void> {
    this.#endedAgain = how;
    // A start that fails is an end too; there is one loop for both.
    if (this.#isReviving) return;
    this.#isReviving = true;
    if (performance.now() - this.#backAtMs > this.#backOff.wellAfterMs) this.#failures = 0;
    try {
      await this.#revive(how);
    } finally {
      this.#isReviving = false;
    }
  }

  async #revive(how: string): Promise<void> {
    const { name, isWanted, onLine, onGivenUp } = this.#options;
    let why: string | undefined = `ended (${how})`;
    while (why !== undefined && isWanted()) {
      this.#failures++;
      const delayMs = nextDelayMs(this.#backOff, this.#failures);
      if (delayMs === undefined) {
        return onGivenUp(new SandboxError('sandbox.start_failed', `${name} cannot be started again: ${why}`));
      }
      onLine(`${name} ${why}; starting it again in ${delayMs / 1000} s`);
      await new Promise((resolve) => setTimeout(resolve, delayMs));
      if (!isWanted()) return;
      why = await this.#tryStart();
    }
    if (why !== undefined) return;
    this.#backAtMs = performance.now();
    onLine(`${name} is back`);
  }

  /** Why it is not back; undefined when it is. */
  async #tryStart(): Promise<string | undefined> {
    this.#endedAgain = undefined;
    try {
      await this.#options.start();
      return this.#howItEndedAgain();
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }

  #howItEndedAgain(): string | undefined {
    return this.#endedAgain === undefined ? undefined : `ended (${this.#endedAgain})`;
  }
}
