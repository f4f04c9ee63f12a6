import type { Attempted } from '@signalbox/contracts';
import { encodeDelivery, encodeFact } from '@signalbox/contracts';
import { deliveryIdOf } from '@signalbox/domain';
import { createLogProducer, type LogProducer } from '@signalbox/kafka';
import type { RunInfo } from '@signalbox/sandbox';
import { setImmediate as nextTurn } from 'node:timers/promises';

const BODY_BYTES = 1_024;
/** Every so many deliveries one fails at first and is tried again. */
const RETRIED_EVERY = 20;

/** Publishes deliveries and what came of them, as router and sender would, with bodies of 1 KiB. */
export class FactPublisher {
  readonly #run: RunInfo;
  readonly #webhooks: number;
  readonly #partitions: number;
  readonly #producer: LogProducer;
  #next = 0;
  #attempts = 0;
  #wake: (() => void) | undefined;

  private constructor(run: RunInfo, webhooks: number, partitions: number, producer: LogProducer) {
    this.#run = run;
    this.#webhooks = webhooks;
    this.#partitions = partitions;
    this.#producer = producer;
    producer.onDrained(() => this.#wake?.());
  }

  static async start(run: RunInfo, webhooks: number, partitions: number): Promise<FactPublisher> {
    const connection = { brokers: run.kafkaBrokers.split(','), clientId: 'signalbox-bench' };
    const producer = createLogProducer({ connection });
    await producer.start();
    return new FactPublisher(run, webhooks, partitions, producer);
  }

  /** Attempts published so far. */
  get attempts(): number {
    return this.#attempts;
  }

  /** Records published so far, both topics together. */
  get records(): number {
    return this.#next + this.#attempts;
  }

  /** Resolves when Kafka has all of them. */
  async publish(deliveries: number): Promise<void> {
    for (const end = this.#next + deliveries; this.#next < end; this.#next++) {
      this.#publishOne(this.#next);
      if (this.#producer.isSaturated()) await new Promise<void>((resolve) => (this.#wake = resolve));
      else if (this.#next % 200 === 199) await nextTurn();
    }
    await this.#producer.flush();
  }

  async stop(): Promise<void> {
    await this.#producer.stop();
  }

  #publishOne(index: number): void {
    const nowMs = Date.now();
    const webhookId = `bench${String(index % this.#webhooks).padStart(16, '0')}`;
    const eventId = `event-${index}`;
    const position = {
      tenantId: `tenant-${index % 5}`,
      eventType: 'User.Created',
      deliveryId: deliveryIdOf(webhookId, eventId),
      round: 0,
      attemptNumber: 1,
      deferrals: 0,
      firstScheduledAtMs: nowMs,
      roundStartedAtMs: nowMs,
      webhookEpoch: 1,
      webhookVersion: 1,
    };
    const source = { eventId, sourceTopic: 'auth-events', sourcePartition: 0, sourceOffset: index };
    const partition = (index % this.#webhooks) % this.#partitions;
    const { deliveries, attempts } = this.#run.topics;
    const start = `{"event":"User.Created","data":{"id":"${eventId}","text":"`;
    const value = `${start}${'x'.repeat(BODY_BYTES - start.length - 40)}"},"hookId":"${webhookId}"}`;
    const headers = encodeDelivery({ ...position, ...source });
    this.#producer.append({ topic: deliveries, partition, key: webhookId, value, headers });
    const told: Attempted = {
      ...position,
      webhookId,
      deliveryOffset: 0,
      atMs: nowMs + 12,
      kind: 'attempted',
      outcome: 'succeeded',
      startedAtMs: nowMs,
      timings: { firstByteMs: 11.25, totalMs: 11.5 + (index % 40) },
      statusCode: 200,
      answer: '{"ok":true}',
    };
    const facts = index % RETRIED_EVERY === 0 ? [failedFirst(told), { ...told, attemptNumber: 2 }] : [told];
    for (const fact of facts) {
      this.#producer.append({ topic: attempts, partition, key: webhookId, ...encodeFact(fact) });
      this.#attempts++;
    }
  }
}

function failedFirst(fact: Attempted): Attempted {
  return {
    ...fact,
    outcome: 'retrying',
    statusCode: 503,
    errorClass: 'http-status',
    error: 'the endpoint answered 503',
    nextAttemptAtMs: fact.atMs + 5_000,
  };
}
