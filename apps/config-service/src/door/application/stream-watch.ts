import type { Authenticator, PresentedCredential } from '../../access/authenticator.port.ts';

export const STREAM_WATCH = Symbol('STREAM_WATCH');

/** A stream may outlive the credential it was opened with: asks for it again and again while the stream is open. */
export class StreamWatch {
  readonly #authenticator: Pick<Authenticator, 'stillCounts'>;
  readonly #everyMs: number;

  constructor(authenticator: Pick<Authenticator, 'stillCounts'>, everyMs = 10_000) {
    this.#authenticator = authenticator;
    this.#everyMs = everyMs;
  }

  /** Runs `onRefused` once the credential does not count any more. Answers what ends the watch. */
  watch(presented: PresentedCredential, onRefused: () => void): () => void {
    const timer = setInterval(() => {
      this.#authenticator.stillCounts(presented).then(
        (counts) => {
          if (!counts) onRefused();
        },
        // It could not be looked up: whoever was let in stays until it can.
        () => {},
      );
    }, this.#everyMs);
    timer.unref();
    return () => clearInterval(timer);
  }
}
