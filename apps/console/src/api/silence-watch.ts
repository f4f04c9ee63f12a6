/** Aborts `signal` once nothing was heard for `afterMs`; to be stopped by who started it. */
export class SilenceWatch {
  readonly #silence = new AbortController();
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly afterMs: number) {
    this.heard();
  }

  get signal(): AbortSignal {
    return this.#silence.signal;
  }

  heard(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#silence.abort(), this.afterMs);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }
}
