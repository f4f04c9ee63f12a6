import { encodeDelivery } from '@signalbox/contracts';
import type { LogProducer } from '@signalbox/kafka';
import type { KnownTail } from '@signalbox/positions';
import type { RoutedDelivery } from '../domain/route-event.ts';

export interface FanOutOptions {
  readonly deliveries: Iterable<RoutedDelivery>;
  /** Webhooks that have their delivery of this event already. */
  readonly already: ReadonlySet<string> | undefined;
  readonly producer: LogProducer;
  readonly topic: string;
  readonly tail: Pick<KnownTail, 'note'>;
  /** The event's partition went away: its new owner makes what is missing. */
  readonly isVoid: () => boolean;
  /** Every delivery is acknowledged; `count` is how many were appended here. */
  readonly onDone: (count: number) => void;
}

/**
 * The deliveries of one event on their way into the log. An event may match ten thousand webhooks: no more bodies are made
 * than the producer has room for (invariant 5), the rest when it has room again.
 */
export class FanOut {
  private readonly deliveries: Iterator<RoutedDelivery>;
  /** One more than the deliveries that are not acknowledged, until all were appended. */
  private open = 1;
  private count = 0;

  constructor(private readonly options: FanOutOptions) {
    this.deliveries = options.deliveries[Symbol.iterator]();
  }

  /** Appends what there is room for. Returns whether nothing is left to append; then it is not to be called again. */
  proceed(): boolean {
    const { producer, already, isVoid } = this.options;
    while (!producer.isSaturated() && !isVoid()) {
      const next = this.deliveries.next();
      if (next.done === true) {
        this.settle();
        return true;
      }
      if (already?.has(next.value.webhookId) !== true) this.append(next.value);
    }
    return isVoid();
  }

  private append({ webhookId, delivery, body }: RoutedDelivery): void {
    const { producer, topic, tail, isVoid } = this.options;
    this.open++;
    this.count++;
    producer.append(
      { topic, key: webhookId, value: body, headers: encodeDelivery(delivery), isVoid },
      ({ partition, offset }) => {
        tail.note(partition, offset + 1);
        this.settle();
      },
    );
  }

  private settle(): void {
    if (--this.open === 0) this.options.onDone(this.count);
  }
}
