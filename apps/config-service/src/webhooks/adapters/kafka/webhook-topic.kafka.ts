import { compareVersions, decodeWebhook } from '@signalbox/contracts';
import { createTailReader } from '@signalbox/kafka';
import type { KafkaConnection, LogRecord } from '@signalbox/kafka';
import type { ToldWebhook, WebhookTopic } from '../../application/webhook-topic.port.ts';

/** Reads the topic anew each time, by a reader of its own. */
export class KafkaWebhookTopic implements WebhookTopic {
  readonly #connection: KafkaConnection;
  readonly #topic: string;

  constructor(connection: KafkaConnection, topic: string) {
    this.#connection = connection;
    this.#topic = topic;
  }

  async read(signal?: AbortSignal): Promise<ReadonlyMap<string, ToldWebhook>> {
    const told = new Map<string, ToldWebhook>();
    const failing = new AbortController();
    const reader = createTailReader({
      connection: this.#connection,
      topic: this.#topic,
      onFatal: (error) => failing.abort(error),
    });
    try {
      await reader.start();
      await reader.read(
        [{ topic: this.#topic, partition: 0, offset: 0 }],
        (record) => take(told, record),
        AbortSignal.any([failing.signal, ...(signal === undefined ? [] : [signal])]),
      );
      return told;
    } finally {
      await reader.stop();
    }
  }
}

function take(told: Map<string, ToldWebhook>, { key, value }: LogRecord): void {
  if (value === null) {
    told.delete(key?.toString() ?? '');
    return;
  }
  const record = decodeWebhook(value);
  if (record === undefined) return;
  const known = told.get(record.id);
  if (known !== undefined && compareVersions(record, known) < 0) return;
  const { tenantId, epoch, version, deleted } = record;
  told.set(record.id, {
    tenantId,
    epoch,
    version,
    isDeleted: deleted,
    ...(deleted && { deletedAtMs: record.deletedAtMs }),
  });
}
