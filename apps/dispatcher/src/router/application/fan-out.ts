import type { Delivery } from '@signalbox/contracts';
import { encodeDelivery } from '@signalbox/contracts';
import type { LogProducer } from '@signalbox/kafka';
import type { KnownTail } from '@signalbox/positions';
import type { RoutedDelivery } from '../domain/route-event.ts';

export interface FanOutOptions {
  readonly deliveries: Iterable<RoutedDelivery>;
  /** By {@link madeAs}: what was made of it already. */
  readonly already: ReadonlySet<string> | undefined;
  readonly producer: LogProducer;
  readonly topic: string;
  readonly tail: Pick<KnownTail, 'note'>;
  /** The event's partition went away: its new owner makes what is missing. */
  readonly isVoid: () => boolean;
  /** Nothing is left to append, though not all of it may be acknowledged; also runs within `proceed`. */
  readonly onAppended: () => void;
  /** Every delivery is acknowledged; `count` is how many were appended here. */
  readonly onDone: (count: number) => void;
}

/**
 * The same for whatever one record is routed to one webhook again, different for another record at its offset, in a topic that
 * was made anew: an event without an id of its own is called by its place, so that there the ids are the same.
 */
export function madeAs({ deliveryId, firstScheduledAtMs }: Delivery): string {
  return `${deliveryId}/${firstScheduledAtMs}`;
}

/** Of one event that are not acknowledged: two flights of the producer, and a quarter of what that queues. */
const MAX_OPEN = 1_000;
const MAX_OPEN_BYTES = 4 * 1_024 * 1_024;

/**
 * The deliveries of one event on their way into the log. An event may match ten thousand webhooks: only so many bodies are
 * made at a time (invariant 5), and so few that other partitions' events find room beside them. It goes on by itself as
 * they are acknowledged.
 */
export class FanOut {
  private readonly deliveries: Iterator<RoutedDelivery>;
  /** One more than the deliveries that are not acknowledged, until all were appended. */
  private open = 1;
  private openBytes = 0;
  private count = 0;
  private hasEnded = false;

  constructor(private readonly options: FanOutOptions) {
    this.deliveries = options.deliveries[Symbol.iterator]();
  }

  /** Nothing more will be appended. */
  get ended(): boolean {
    return this.hasEnded || this.options.isVoid();
  }

  /** Appends nothing more. */
  end(): void {
    this.hasEnded = true;
  }

  /** Appends what there is room for. To be called to begin, and when a producer that was saturated has room again. */
  proceed(): void {
    const { producer, already, onAppended } = this.options;
    while (!this.ended && this.hasRoom && !producer.isSaturated()) {
      const next = this.deliveries.next();
      if (next.done === true) {
        this.hasEnded = true;
        onAppended();
        this.settle();
      } else if (already?.has(madeAs(next.value.delivery)) !== true) {
        this.append(next.value);
      }
    }
  }

  private get hasRoom(): boolean {
    return this.open <= MAX_OPEN && this.openBytes < MAX_OPEN_BYTES;
  }

  private append({ webhookId, delivery, body }: RoutedDelivery): void {
    const { producer, topic, tail, isVoid } = this.options;
    this.open++;
    this.openBytes += body.length;
    this.count++;
    producer.append(
      { topic, key: webhookId, value: body, headers: encodeDelivery(delivery), isVoid },
      ({ partition, offset }) => {
        tail.note(partition, offset + 1);
        this.openBytes -= body.length;
        this.settle();
        this.proceed();
      },
    );
  }

  private settle(): void {
    if (--this.open === 0) this.options.onDone(this.count);
  }
}
