import type { LogConsumer, LogProducer } from '@signalbox/kafka';
import type { ReadinessCheck } from '@signalbox/observability';
import type { Projector } from './application/projector.ts';

/** The projector with the logs it reads and writes: started and stopped in the order that leaves nothing half done. */
export class Projections {
  readonly readiness: ReadinessCheck;
  readonly #projector: Projector;
  readonly #consumer: LogConsumer;
  readonly #producer: LogProducer;

  constructor(projector: Projector, consumer: LogConsumer, producer: LogProducer) {
    this.#projector = projector;
    this.#consumer = consumer;
    this.#producer = producer;
    this.readiness = { name: 'projector', reasonNotReady: () => projector.reasonNotReady() };
  }

  async start(): Promise<void> {
    await this.#producer.start();
    this.#projector.attach(this.#consumer);
    await this.#consumer.start();
  }

  async stop(): Promise<void> {
    this.#consumer.quiesce();
    await this.#projector.stop();
    await this.#consumer.stop();
    await this.#producer.stop();
  }
}
