import type { LogProducer } from '@signalbox/kafka';
import { createLogProducer } from '@signalbox/kafka';
import type { RunInfo } from '@signalbox/sandbox';

/** Publishes as an upstream service does; what it counts was acknowledged by Kafka. */
export class Publisher implements AsyncDisposable {
  /** Events that Kafka has acknowledged. */
  acknowledged = 0;

  private constructor(
    private readonly producer: LogProducer,
    private readonly topic: string,
  ) {}

  static async connect(run: Pick<RunInfo, 'kafkaBrokers' | 'topics'>): Promise<Publisher> {
    const connection = { brokers: run.kafkaBrokers.split(','), clientId: 'upstream' };
    const producer = createLogProducer({ connection });
    await producer.start();
    return new Publisher(producer, run.topics.authEvents[0] ?? '');
  }

  /** Queues an event; `flush` waits for all of them. Those with the same key come one after the other. */
  send(
    value: string | Buffer,
    headers: Record<string, string> = {},
    onAcknowledged?: () => void,
    key: string | null = null,
  ): void {
    this.producer.append({ topic: this.topic, key, value, headers }, () => {
      this.acknowledged++;
      onAcknowledged?.();
    });
  }

  async publish(value: string | Buffer, headers: Record<string, string> = {}): Promise<void> {
    this.send(value, headers);
    await this.flush();
  }

  async flush(): Promise<void> {
    await this.producer.flush();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.producer.stop();
  }
}
