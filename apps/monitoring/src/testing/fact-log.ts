import type { Fact } from '@signalbox/contracts';
import { encodeDelivery, encodeFact } from '@signalbox/contracts';
import { deliveryIdOf } from '@signalbox/domain';
import type { LogProducer } from '@signalbox/kafka';
import { createLogProducer } from '@signalbox/kafka';
import { waitFor } from '@signalbox/testing';
import { attempted } from './facts.ts';
import type { PreparedMonitoring, RunningMonitoring } from './running-monitoring.ts';

/** Where it is published, and where it is seen to be projected. */
type Logged = Pick<PreparedMonitoring, 'backends' | 'connection'> & Pick<RunningMonitoring, 'dataSource'>;

/** Which delivery is published. */
export interface Published {
  readonly webhookId: string;
  readonly index: number;
  readonly tenantId?: string;
  readonly eventType?: string;
  /** When it was first scheduled; default: now. */
  readonly atMs?: number;
}

export function idOf({ webhookId, index }: Published) {
  return deliveryIdOf(webhookId, `event-${index}`);
}

function ownOf(of: Published) {
  const { webhookId, tenantId = 'default', eventType = 'User.Created', atMs = Date.now() } = of;
  return { webhookId, tenantId, eventType, deliveryId: idOf(of), firstScheduledAtMs: atMs };
}

/** Publishes deliveries and what happened to them, as router and sender do. */
export class FactLog {
  readonly #monitoring: Logged;
  readonly #producer: LogProducer;
  #appended = 0;

  private constructor(monitoring: Logged, producer: LogProducer) {
    this.#monitoring = monitoring;
    this.#producer = producer;
  }

  static async open(monitoring: Logged): Promise<FactLog> {
    const producer = createLogProducer({ connection: monitoring.connection });
    await producer.start();
    return new FactLog(monitoring, producer);
  }

  append(of: Published, ...facts: Fact[]): void {
    const { webhookId, index, eventType = 'User.Created' } = of;
    const own = ownOf(of);
    const origin = { eventId: `event-${index}`, sourceTopic: 'auth-events', sourcePartition: 0, sourceOffset: index };
    this.#producer.append({
      topic: this.#monitoring.backends.topics.deliveries,
      partition: 0,
      key: webhookId,
      value: `{"event":"${eventType}","index":${index},"hookId":"${webhookId}"}`,
      headers: encodeDelivery({ ...attempted(own), ...origin }),
    });
    this.#appended += 1;
    this.appendFacts(of, ...facts);
  }

  /** What happened to a delivery whose record is there already. */
  appendFacts(of: Published, ...facts: Fact[]): void {
    const own = ownOf(of);
    for (const fact of facts) {
      const { headers, value } = encodeFact({ ...fact, ...own });
      const topic = this.#monitoring.backends.topics.attempts;
      this.#producer.append({ topic, partition: 0, key: of.webhookId, value, headers });
    }
    this.#appended += facts.length;
  }

  /** Resolves when all that was appended is in the log. */
  async flushed(): Promise<void> {
    await this.#producer.flush();
  }

  /** Resolves when all that was appended is projected. */
  async projected(): Promise<void> {
    await this.flushed();
    await waitFor(
      async () => {
        const [rows] = await this.#monitoring.dataSource.query<{ count: number }[]>(
          'SELECT sum(next_offset)::int AS count FROM monitoring.projection_offset WHERE topic IN ($1, $2)',
          [this.#monitoring.backends.topics.deliveries, this.#monitoring.backends.topics.attempts],
        );
        return rows?.count === this.#appended;
      },
      { what: `the projection of ${this.#appended} records` },
    );
  }

  async close(): Promise<void> {
    await this.#producer.stop();
  }
}
