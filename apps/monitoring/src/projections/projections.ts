import type { LogConsumer, LogProducer } from '@signalbox/kafka';
import type { Logger, ReadinessCheck } from '@signalbox/observability';
import { TirelessConsumer } from '../consuming/tireless-consumer.ts';
import type { Projector } from './application/projector.ts';

export interface ProjectionsParts {
  readonly projector: Projector;
  /** A new consumer each time: one that has failed cannot be started again. */
  readonly createConsumer: (onFatal: (error: Error) => void) => LogConsumer;
  readonly producer: LogProducer;
  readonly logger: Pick<Logger, 'error' | 'info'>;
}

/**
 * The projector with the logs it reads and writes: started and stopped in the order that leaves nothing half done. While the
 * logs cannot be read, the request log can, and readiness tells why nothing new comes into it.
 */
export class Projections {
  readonly readiness: ReadinessCheck;
  readonly #parts: ProjectionsParts;
  readonly #consumer: TirelessConsumer;

  constructor(parts: ProjectionsParts) {
    const { projector, createConsumer, logger } = parts;
    this.#parts = parts;
    this.#consumer = new TirelessConsumer({
      name: 'projection',
      createConsumer,
      attach: (consumer) => projector.attach(consumer),
      logger,
    });
    this.readiness = {
      name: 'projector',
      reasonNotReady: () => this.#consumer.failure ?? projector.reasonNotReady(),
    };
  }

  /** Whether nothing new comes into the read models now. */
  get isStale(): boolean {
    return this.#consumer.failure !== null || this.#parts.projector.reasonNotReady() !== null;
  }

  /** Resolves after the first join was located; rejects when the logs cannot be read at all, e.g. because they are missing. */
  async start(): Promise<void> {
    await this.#parts.producer.start();
    await this.#consumer.start();
  }

  async stop(): Promise<void> {
    await this.#consumer.quiesce();
    await this.#parts.projector.stop();
    await this.#consumer.stop();
    await this.#parts.producer.stop();
  }
}
