import { openFencedWriter } from '@signalbox/kafka';
import type { FencedWriterOptions, KafkaConnection } from '@signalbox/kafka';
import type { OpenOutboxLog, OutboxLog } from '../../application/outbox-log.port.ts';
import type { OutboxTopic } from '../../domain/outbox-message.ts';

export interface KafkaOutboxLogOptions {
  readonly connection: KafkaConnection;
  readonly topics: Readonly<Record<OutboxTopic, string>>;
  /** The same for every instance, another for every installation on the same Kafka. */
  readonly writerName: string;
  /** How long Kafka may take to acknowledge; default 30,000. */
  readonly withinMs?: FencedWriterOptions['withinMs'];
}

/** Writes what the outbox holds to its topics, behind a fence that only the last opener is inside of. */
export class KafkaOutboxLog implements OutboxLog {
  readonly #options: KafkaOutboxLogOptions;

  constructor(options: KafkaOutboxLogOptions) {
    this.#options = options;
  }

  async open(signal: AbortSignal): Promise<OpenOutboxLog> {
    const { connection, topics, writerName: name, withinMs } = this.#options;
    const writer = await openFencedWriter({ connection, name, signal, ...(withinMs !== undefined && { withinMs }) });
    return {
      publish: async (entries) =>
        writer.write(entries.map(({ topic, key, value, headers }) => ({ topic: topics[topic], key, value, headers }))),
      close: () => writer.abandon(),
    };
  }
}
