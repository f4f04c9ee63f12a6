import type { ApiKeys } from './api-keys.port.ts';

export interface KeyUsageOptions {
  readonly keys: Pick<ApiKeys, 'markUsed'>;
  /** The uses of the last minute could not be written; they are with the next. */
  readonly onTrouble: (error: unknown) => void;
  /** Default 60,000. */
  readonly everyMs?: number;
}

const MINUTE_MS = 60_000;

/** When each key was last used, written beside the calls and at most once a minute. */
export class KeyUsage {
  readonly #options: KeyUsageOptions;
  /** No more entries than there are keys. */
  #lastUsedAtMs = new Map<string, number>();
  #timer: NodeJS.Timeout | undefined;

  constructor(options: KeyUsageOptions) {
    this.#options = options;
  }

  note(keyId: string, nowMs: number): void {
    this.#lastUsedAtMs.set(keyId, nowMs);
  }

  start(): void {
    this.#timer ??= setInterval(() => void this.flush(), this.#options.everyMs ?? MINUTE_MS).unref();
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.flush();
  }

  async flush(): Promise<void> {
    if (this.#lastUsedAtMs.size === 0) return;
    const uses = this.#lastUsedAtMs;
    this.#lastUsedAtMs = new Map();
    try {
      await this.#options.keys.markUsed(uses);
    } catch (error) {
      this.#lastUsedAtMs = new Map([...uses, ...this.#lastUsedAtMs]);
      this.#options.onTrouble(error);
    }
  }
}
