import type { LogProducer } from '@signalbox/kafka';
import type { ResendRelay } from './application/resend-relay.ts';

export interface ResendsParts {
  readonly relay: ResendRelay;
  readonly producer: LogProducer;
  readonly logEnds: { stop(): Promise<void> };
}

/** The relay with what it writes to: started and stopped in the order that leaves nothing half done. */
export class Resends {
  readonly #parts: ResendsParts;

  constructor(parts: ResendsParts) {
    this.#parts = parts;
  }

  async start(): Promise<void> {
    await this.#parts.producer.start();
    this.#parts.relay.start();
  }

  async stop(): Promise<void> {
    await this.#parts.relay.stop();
    await Promise.all([this.#parts.producer.stop(), this.#parts.logEnds.stop()]);
  }
}
