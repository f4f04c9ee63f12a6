import type { LetterProjection, LettersObserver } from './letter-projection.port.ts';

const EVERY_MS = 3_600_000;
/** As long as the topic keeps them. */
const KEPT_MS = 30 * 86_400_000;

/** Forgets letters every hour once the topic has forgotten them too. */
export class LetterRetention {
  readonly #projection: Pick<LetterProjection, 'forget'>;
  readonly #observer: Pick<LettersObserver, 'onFailed'>;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> = Promise.resolve();

  constructor(projection: Pick<LetterProjection, 'forget'>, observer: Pick<LettersObserver, 'onFailed'>) {
    this.#projection = projection;
    this.#observer = observer;
  }

  start(): void {
    this.#running = this.#run();
    this.#timer = setInterval(() => {
      this.#running = this.#run();
    }, EVERY_MS);
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#running;
  }

  async #run(): Promise<void> {
    try {
      await this.#projection.forget(KEPT_MS);
    } catch (error) {
      this.#observer.onFailed(error);
    }
  }
}
