import type { LogConsumer, LogProducer } from '@signalbox/kafka';
import type { ReadinessCheck } from '@signalbox/observability';
import type { LetterProjector } from './application/letter-projector.ts';
import type { LetterRetention } from './application/letter-retention.ts';

export const REDRIVE_TARGETS = Symbol('RedriveTargets');

export interface DeadLettersParts {
  readonly projector: LetterProjector;
  readonly retention: LetterRetention;
  readonly consumer: LogConsumer;
  /** Takes what is redriven back to its source. */
  readonly producer: LogProducer;
}

/** The dead letters with the logs they come from and go back to. */
export class DeadLetters {
  readonly readiness: ReadinessCheck;
  readonly #parts: DeadLettersParts;

  constructor(parts: DeadLettersParts) {
    this.#parts = parts;
    this.readiness = { name: 'dead-letters', reasonNotReady: () => parts.projector.reasonNotReady() };
  }

  async start(): Promise<void> {
    const { projector, retention, consumer, producer } = this.#parts;
    await producer.start();
    projector.attach(consumer);
    await consumer.start();
    retention.start();
  }

  async stop(): Promise<void> {
    const { projector, retention, consumer, producer } = this.#parts;
    consumer.quiesce();
    await Promise.all([retention.stop(), projector.stop()]);
    await consumer.stop();
    await producer.stop();
  }
}
