import type { LogConsumer, LogProducer } from '@signalbox/kafka';
import type { Logger, ReadinessCheck } from '@signalbox/observability';
import { TirelessConsumer } from '../consuming/tireless-consumer.ts';
import type { LetterProjector } from './application/letter-projector.ts';
import type { LetterRetention } from './application/letter-retention.ts';

export const REDRIVE_TARGETS = Symbol('RedriveTargets');

export interface DeadLettersParts {
  readonly projector: LetterProjector;
  readonly retention: LetterRetention;
  /** A new consumer each time: one that has failed cannot be started again. */
  readonly createConsumer: (onFatal: (error: Error) => void) => LogConsumer;
  readonly logger: Pick<Logger, 'error' | 'info'>;
  /** Takes what is redriven back to its source. */
  readonly producer: LogProducer;
}

/** The dead letters with the logs they come from and go back to. While Kafka is away they can be looked at. */
export class DeadLetters {
  readonly readiness: ReadinessCheck;
  readonly #parts: DeadLettersParts;
  readonly #consumer: TirelessConsumer;

  constructor(parts: DeadLettersParts) {
    const { projector, createConsumer, logger } = parts;
    this.#parts = parts;
    this.#consumer = new TirelessConsumer({
      name: 'dead_letters',
      createConsumer,
      attach: (consumer) => projector.attach(consumer),
      logger,
    });
    this.readiness = {
      name: 'dead-letters',
      reasonNotReady: () => this.#consumer.failure ?? projector.reasonNotReady(),
    };
  }

  async start(): Promise<void> {
    await this.#parts.producer.start();
    await this.#consumer.start();
    this.#parts.retention.start();
  }

  async stop(): Promise<void> {
    const { projector, retention, producer } = this.#parts;
    await this.#consumer.quiesce();
    await Promise.all([retention.stop(), projector.stop()]);
    await this.#consumer.stop();
    await producer.stop();
  }
}
