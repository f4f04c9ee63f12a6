import { encodeDelivery } from '@signalbox/contracts';
import type { DeliveryId } from '@signalbox/domain';
import type { LogProducer } from '@signalbox/kafka';
import type { ResentDeliveries, ResentRound } from '../../application/resend-relay.port.ts';

/** In place of the topic, partition and offset of the event, which are not kept: the router looks at round 0 alone. */
const SOURCE = { sourceTopic: 'resends', sourcePartition: 0, sourceOffset: 0 } as const;

/** Puts rounds on the log of deliveries as the router puts an event there: the sender makes no difference. */
export class KafkaResentDeliveries implements ResentDeliveries {
  readonly #producer: LogProducer;
  readonly #topic: string;

  constructor(producer: LogProducer, topic: string) {
    this.#producer = producer;
    this.#topic = topic;
  }

  async publish(rounds: readonly ResentRound[], signal: AbortSignal): Promise<void> {
    for (const { deliveryId, round, delivery } of rounds) {
      const { webhookId, body, seenRound: _seenRound, ...fields } = delivery;
      this.#producer.append({
        topic: this.#topic,
        // By the key, as the router does: all of a webhook's deliveries lie in one partition.
        key: webhookId,
        value: body,
        headers: encodeDelivery({
          ...fields,
          ...SOURCE,
          deliveryId: deliveryId as DeliveryId,
          round,
          attemptNumber: 1,
          deferrals: 0,
          // The append time of this record; the sender fills it in.
          roundStartedAtMs: 0,
        }),
      });
    }
    await abortable(this.#producer.flush(), signal);
  }
}

/** The producer never gives up; who waits for it may. */
async function abortable(work: Promise<void>, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  const aborted = Promise.withResolvers<never>();
  const onAbort = (): void => aborted.reject(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    await Promise.race([work, aborted.promise]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
