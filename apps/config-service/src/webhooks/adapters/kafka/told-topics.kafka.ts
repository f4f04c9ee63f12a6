import { compareVersions, decodeEventType, decodeWebhook } from '@signalbox/contracts';
import type { TopicNames } from '@signalbox/contracts';
import { createTailReader } from '@signalbox/kafka';
import type { KafkaConnection } from '@signalbox/kafka';
import type { Told, ToldTopics, ToldWebhook } from '../../application/told-topics.port.ts';

interface Versioned {
  readonly epoch: number;
  readonly version: number;
}

/** Reads the topics anew each time, by readers of its own. */
export class KafkaToldTopics implements ToldTopics {
  readonly #connection: KafkaConnection;
  readonly #topics: Pick<TopicNames, 'webhooks' | 'eventTypes'>;

  constructor(connection: KafkaConnection, topics: Pick<TopicNames, 'webhooks' | 'eventTypes'>) {
    this.#connection = connection;
    this.#topics = topics;
  }

  async read(signal?: AbortSignal): Promise<Told> {
    const [webhooks, eventTypes] = await Promise.all([
      this.#newestOf(this.#topics.webhooks, toldWebhookOf, signal),
      this.#newestOf(this.#topics.eventTypes, decodeEventType, signal),
    ]);
    return { webhooks, eventTypes };
  }

  /** The newest record of each key that is not forgotten. Both topics have one partition, for one order of all. */
  async #newestOf<T extends Versioned>(
    topic: string,
    decode: (value: Buffer) => T | undefined,
    signal: AbortSignal | undefined,
  ): Promise<ReadonlyMap<string, T>> {
    const newest = new Map<string, T>();
    const take = (key: string, value: Buffer | null): void => {
      if (value === null) {
        newest.delete(key);
        return;
      }
      const record = decode(value);
      const known = newest.get(key);
      if (record !== undefined && (known === undefined || compareVersions(record, known) >= 0)) newest.set(key, record);
    };
    const failing = new AbortController();
    const reader = createTailReader({
      connection: this.#connection,
      topic,
      onFatal: (error) => failing.abort(error),
    });
    try {
      await reader.start();
      await reader.read(
        [{ topic, partition: 0, offset: 0 }],
        ({ key, value }) => take(key?.toString() ?? '', value),
        AbortSignal.any([failing.signal, ...(signal === undefined ? [] : [signal])]),
      );
      return newest;
    } finally {
      await reader.stop();
    }
  }
}

function toldWebhookOf(value: Buffer): ToldWebhook | undefined {
  const record = decodeWebhook(value);
  if (record === undefined) return undefined;
  const { tenantId, epoch, version, deleted } = record;
  return { tenantId, epoch, version, isDeleted: deleted };
}
