import type { LogConsumer, LogProducer } from '@signalbox/kafka';
import type { Logger, ReadinessCheck } from '@signalbox/observability';
import { setTimeout as delay } from 'node:timers/promises';
import type { Projector } from './application/projector.ts';

export interface ProjectionsParts {
  readonly projector: Projector;
  /** A new consumer each time: one that has failed cannot be started again. */
  readonly createConsumer: (onFatal: (error: Error) => void) => LogConsumer;
  readonly producer: LogProducer;
  readonly logger: Pick<Logger, 'error' | 'info'>;
  /** Before the first further try, then twice as long each time up to 15 s; default 1,000 ms. */
  readonly firstRetryMs?: number;
}

const MAX_RETRY_MS = 15_000;

/**
 * The projector with the logs it reads and writes: started and stopped in the order that leaves nothing half done. A consumer
 * that cannot go on, as while Kafka is away, is replaced by another, again and again: the request log can be read all the
 * while, and readiness tells why nothing new comes into it.
 */
export class Projections {
  readonly readiness: ReadinessCheck;
  readonly #parts: ProjectionsParts;
  readonly #stopping = new AbortController();
  #consumer: LogConsumer | undefined;
  #failure: string | null = null;
  #isStarted = false;
  #replacing: Promise<void> | undefined;

  constructor(parts: ProjectionsParts) {
    this.#parts = parts;
    this.readiness = {
      name: 'projector',
      reasonNotReady: () => this.#failure ?? parts.projector.reasonNotReady(),
    };
  }

  /** Resolves after the first join was located; rejects when the logs cannot be read at all, e.g. because they are missing. */
  async start(): Promise<void> {
    await this.#parts.producer.start();
    await this.#consume();
    this.#isStarted = true;
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#consumer?.quiesce();
    await this.#replacing;
    await this.#parts.projector.stop();
    await this.#consumer?.stop();
    await this.#parts.producer.stop();
  }

  async #consume(): Promise<void> {
    const consumer = this.#parts.createConsumer((error) => this.#lost(consumer, error));
    this.#consumer = consumer;
    this.#parts.projector.attach(consumer);
    await consumer.start();
    this.#failure = null;
  }

  #lost(consumer: LogConsumer, error: Error): void {
    this.#failure = `the logs cannot be read: ${error.message}`;
    this.#parts.logger.error({ err: error }, 'projection.logs_lost');
    if (this.#isStarted && consumer === this.#consumer) this.#replacing ??= this.#replace(consumer);
  }

  async #replace(lost: LogConsumer): Promise<void> {
    const { firstRetryMs = 1_000, logger } = this.#parts;
    const { signal } = this.#stopping;
    for (let last = lost, waitMs = firstRetryMs; !signal.aborted; waitMs = Math.min(waitMs * 2, MAX_RETRY_MS)) {
      await last.stop();
      await delay(waitMs, undefined, { signal }).catch(() => undefined);
      if (signal.aborted) break;
      try {
        await this.#consume();
        logger.info('projection.logs_read_again');
        break;
      } catch (error) {
        this.#failure = `the logs cannot be read: ${error instanceof Error ? error.message : String(error)}`;
        last = this.#consumer ?? last;
      }
    }
    this.#replacing = undefined;
  }
}
