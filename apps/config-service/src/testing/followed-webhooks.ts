import { decodeWebhook } from '@signalbox/contracts';
import type { WebhookRecord } from '@signalbox/contracts';
import { createLogFollower } from '@signalbox/kafka';
import type { LogFollower, LogRecord } from '@signalbox/kafka';
import type { TestBackends } from '@signalbox/testing';

/** The topic `webhooks` from its beginning, as it grows. */
export class FollowedWebhooks {
  readonly records: LogRecord[] = [];
  readonly #follower: LogFollower;

  private constructor(backends: TestBackends) {
    this.#follower = createLogFollower({
      connection: { brokers: backends.kafkaBrokers.split(','), clientId: 'test' },
      topic: backends.topics.webhooks,
      onRecord: (record) => void this.records.push(record),
      onFatal: () => undefined,
    });
  }

  static async start(backends: TestBackends): Promise<FollowedWebhooks> {
    const followed = new FollowedWebhooks(backends);
    await followed.#follower.start();
    return followed;
  }

  /** What was published of one webhook, oldest first. */
  of(id: string): readonly WebhookRecord[] {
    return this.records
      .filter(({ key }) => key?.toString() === id)
      .flatMap(({ value }) => (value === null ? [] : [decodeWebhook(value)]))
      .filter((record) => record !== undefined);
  }

  async stop(): Promise<void> {
    await this.#follower.stop();
  }
}
