import { setTimeout as delay } from 'node:timers/promises';
import { createLogProducer } from '@signalbox/kafka';
import type { KafkaConnection, LogProducer } from '@signalbox/kafka';
import type { OutboxEntry } from '../../application/outbox.port.ts';
import type { OutboxLog } from '../../application/outbox-log.port.ts';
import type { OutboxTopic } from '../../domain/outbox-message.ts';

export interface KafkaOutboxLogOptions {
  readonly connection: KafkaConnection;
  readonly topics: Readonly<Record<OutboxTopic, string>>;
  /** No broker answered; it is tried again. */
  readonly onUnreachable: (error: unknown) => void;
}

const RETRY_MS = 1_000;
const STOP_MS = 2_000;

/** Writes what the outbox holds to its topics. Connects at the first entry, so that the service starts without Kafka. */
export class KafkaOutboxLog implements OutboxLog {
  readonly #options: KafkaOutboxLogOptions;
  #producer: LogProducer | undefined;

  constructor(options: KafkaOutboxLogOptions) {
    this.#options = options;
  }

  async publish(entries: readonly OutboxEntry[], signal: AbortSignal): Promise<void> {
    const producer = await this.#connected(signal);
    for (const { topic, key, value, headers } of entries) {
      producer.append({ topic: this.#options.topics[topic], key, value, headers });
    }
    // When this is given up, the records may still land. They are sent again by the same producer then, behind the first
    // ones, so that the newest version stays the last.
    await unlessAborted(producer.flush(), signal);
  }

  async stop(): Promise<void> {
    const producer = this.#producer;
    this.#producer = undefined;
    if (producer !== undefined) await Promise.race([producer.stop(), delay(STOP_MS, undefined, { ref: false })]);
  }

  async #connected(signal: AbortSignal): Promise<LogProducer> {
    while (this.#producer === undefined) {
      signal.throwIfAborted();
      const producer = createLogProducer({ connection: this.#options.connection });
      try {
        await unlessAborted(producer.start(), signal);
        this.#producer = producer;
      } catch (error) {
        abandon(producer);
        if (!signal.aborted) this.#options.onUnreachable(error);
        await delay(RETRY_MS, undefined, { signal });
      }
    }
    return this.#producer;
  }
}

async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const aborted = Promise.withResolvers<never>();
  const onAbort = (): void => aborted.reject(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  if (signal.aborted) onAbort();
  try {
    return await Promise.race([work, aborted.promise]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

/** Stops in the background: nobody waits for a connection that was never made. */
function abandon(producer: LogProducer): void {
  void producer.stop().catch(() => undefined);
}
