import { deadLetterRecord } from '@signalbox/contracts';
import type { LogProducer } from '@signalbox/kafka';
import type { DeadLetters, UnreadableRecord } from '../../application/dead-letters.port.ts';

/** Appends records to the topic of dead letters as they are, with one header more that says why. */
export class KafkaDeadLetters implements DeadLetters {
  readonly #producer: LogProducer;
  readonly #topic: string;

  constructor(producer: LogProducer, topic: string) {
    this.#producer = producer;
    this.#topic = topic;
  }

  async putAside(records: readonly UnreadableRecord[]): Promise<void> {
    for (const { record, message } of records) {
      const why = { reason: 'unreadable', message, by: 'projector', atMs: Date.now() } as const;
      this.#producer.append({ topic: this.#topic, ...deadLetterRecord(record, why) });
    }
    await this.#producer.flush();
  }
}
