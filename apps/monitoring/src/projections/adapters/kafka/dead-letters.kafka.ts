import { encodeDeadLetter } from '@signalbox/contracts';
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
    for (const unreadable of records) this.#append(unreadable);
    await this.#producer.flush();
  }

  #append({ record, message }: UnreadableRecord): void {
    const { topic, partition, offset, key, value, headers } = record;
    const origin = { topic, partition, offset, by: 'projector', atMs: Date.now() } as const;
    const letter = (text: string) => encodeDeadLetter({ reason: 'unreadable', message: text, ...origin });
    try {
      this.#producer.append({ topic: this.#topic, key, value, headers: { ...headers, ...letter(message) } });
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      // It filled its log's limit already, and the reason does not fit beside it.
      const short = letter(`${message}; it is too large to be kept here`);
      this.#producer.append({ topic: this.#topic, key: null, value: null, headers: short });
    }
  }
}
