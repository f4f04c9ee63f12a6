import type { LogConsumer } from '@signalbox/kafka';
import type { Logger } from '@signalbox/observability';
import { setTimeout as delay } from 'node:timers/promises';

export interface TirelessConsumerOptions {
  /** A new consumer each time: one that has failed cannot be started again. */
  readonly createConsumer: (onFatal: (error: Error) => void) => LogConsumer;
  /** Tells its handler which consumer it has now; before that starts. */
  readonly attach: (consumer: LogConsumer) => void;
  readonly logger: Pick<Logger, 'error' | 'info'>;
  /** Before its log events, e.g. `projection`. */
  readonly name: string;
  /** Before the first further try, then twice as long each time up to 15 s; default 1,000 ms. */
  readonly firstRetryMs?: number;
}

const MAX_RETRY_MS = 15_000;
/** The group's session is 6 s: who has not been heard for so long is no member any more, or Kafka is away. */
const SILENT_AFTER_MS = 10_000;

/**
 * A consumer that cannot go on, as while Kafka is away, is replaced by another, again and again: the process and all else that
 * it answers go on meanwhile.
 */
export class TirelessConsumer {
  readonly #options: TirelessConsumerOptions;
  readonly #stopping = new AbortController();
  #consumer: LogConsumer | undefined;
  #failure: string | null = null;
  #isStarted = false;
  #replacing: Promise<void> | undefined;

  constructor(options: TirelessConsumerOptions) {
    this.#options = options;
  }

  /** Why nothing is read now, for people; null while it is. */
  get failure(): string | null {
    if (this.#failure !== null) return this.#failure;
    const silentMs = this.#isStarted ? (this.#consumer?.msSinceHeartbeat() ?? 0) : 0;
    if (silentMs <= SILENT_AFTER_MS) return null;
    // The consumer itself tries again for much longer, and only then ends.
    return reasonOf(`Kafka has not answered for ${Math.floor(silentMs / 1_000)} s`);
  }

  /** Resolves after the first join was located; rejects when the logs cannot be read at all, e.g. because they are missing. */
  async start(): Promise<void> {
    await this.#consume();
    this.#isStarted = true;
  }

  /** Takes nothing new. What was taken may still be committed. */
  async quiesce(): Promise<void> {
    this.#stopping.abort();
    this.#consumer?.quiesce();
    await this.#replacing;
  }

  /** After `quiesce`. */
  async stop(): Promise<void> {
    await this.#consumer?.stop();
  }

  async #consume(): Promise<void> {
    const consumer = this.#options.createConsumer((error) => this.#lost(consumer, error));
    this.#consumer = consumer;
    this.#options.attach(consumer);
    await consumer.start();
    this.#failure = null;
  }

  #lost(consumer: LogConsumer, error: Error): void {
    this.#failure = reasonOf(error);
    this.#options.logger.error({ err: error }, `${this.#options.name}.logs_lost`);
    if (this.#isStarted && consumer === this.#consumer) this.#replacing ??= this.#replace(consumer);
  }

  async #replace(lost: LogConsumer): Promise<void> {
    const { firstRetryMs = 1_000, logger, name } = this.#options;
    const { signal } = this.#stopping;
    for (let last = lost, waitMs = firstRetryMs; !signal.aborted; waitMs = Math.min(waitMs * 2, MAX_RETRY_MS)) {
      await last.stop();
      await delay(waitMs, undefined, { signal }).catch(() => undefined);
      if (signal.aborted) break;
      try {
        await this.#consume();
        logger.info(`${name}.logs_read_again`);
        break;
      } catch (error) {
        this.#failure = reasonOf(error);
        last = this.#consumer ?? last;
      }
    }
    this.#replacing = undefined;
  }
}

function reasonOf(error: unknown): string {
  return `the logs cannot be read: ${error instanceof Error ? error.message : String(error)}`;
}
