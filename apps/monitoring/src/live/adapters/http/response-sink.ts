import type { ServerResponse } from 'node:http';
import type { LiveSink } from '../../application/live-sink.port.ts';

/** {@link LiveSink} over an HTTP answer, whose head is sent with the first event. */
export class ResponseSink implements LiveSink {
  readonly #response: ServerResponse;
  #isAbandoned = false;

  constructor(response: ServerResponse) {
    this.#response = response;
  }

  write(text: string): boolean {
    if (this.#isAbandoned || this.#response.writableEnded) return true;
    if (!this.#response.headersSent) {
      this.#response.writeHead(200, {
        'content-type': 'text/event-stream; charset=utf-8',
        'cache-control': 'no-store',
        // Proxies that gather answers would keep the events.
        'x-accel-buffering': 'no',
      });
    }
    return this.#response.write(text);
  }

  onDrain(listener: () => void): void {
    this.#response.on('drain', listener);
  }

  end(): void {
    if (!this.#isAbandoned) this.#response.end();
  }

  /** Somebody else answers, unless an event was written already. */
  abandonUnlessBegun(): void {
    if (!this.#response.headersSent) this.#isAbandoned = true;
  }
}
