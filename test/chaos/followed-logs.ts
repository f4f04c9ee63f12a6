import type { TopicNames } from '@signalbox/contracts';
import { decodeDelivery, decodeFact } from '@signalbox/contracts';
import type { KafkaConnection, LogFollower, LogRecord } from '@signalbox/kafka';
import { createLogFollower } from '@signalbox/kafka';
import type { AttemptFact } from './delivery-audit.ts';
import { TurnWatch } from './turn-watch.ts';

export interface DeliveryRecord {
  readonly deliveryId: string;
  /** True on the record that the router made, false on retries and on what was put off. */
  readonly isFirst: boolean;
  readonly appendedAtMs: number;
}

/** What happened inside, from `deliveries` and `attempts`: to time a kill and to class duplicates, never to expect anything. */
export class FollowedLogs implements AsyncDisposable {
  deliveries: DeliveryRecord[] = [];
  attempts: AttemptFact[] = [];
  /** Records of `deliveries` that the router made. */
  routed = 0;
  /** Facts of attempts that owe another one. */
  retrying = 0;
  /** Facts of what could not go when its turn came, by their reason. */
  readonly putOff = new Map<string, number>();
  /** Told of each record. */
  readonly watch = new TurnWatch();
  /** The first error that made a follower give up. */
  failed: Error | undefined;
  private readonly positions = new Map<string, number>();
  private followers: readonly LogFollower[] = [];

  private constructor(
    private readonly connection: KafkaConnection,
    private readonly topics: TopicNames,
  ) {}

  static async start(connection: KafkaConnection, topics: TopicNames): Promise<FollowedLogs> {
    const logs = new FollowedLogs(connection, topics);
    await logs.open();
    return logs;
  }

  /** After an outage that followers do not outlast: reads all of the logs again. */
  async reopen(): Promise<void> {
    await this[Symbol.asyncDispose]();
    this.forget();
    this.positions.clear();
    this.failed = undefined;
    await this.open();
  }

  private async open(): Promise<void> {
    const { connection, topics } = this;
    const follow = (topic: string, take: (record: LogRecord) => void): LogFollower =>
      createLogFollower({
        connection,
        topic,
        onRecord: (record) => {
          take(record);
          this.positions.set(`${topic}/${record.partition}`, record.offset + 1);
          this.watch.tell();
        },
        onFatal: (error) => (this.failed ??= error),
      });
    this.followers = [
      follow(topics.deliveries, (record) => this.takeDelivery(record)),
      follow(topics.attempts, (record) => this.takeFact(record)),
    ];
    await Promise.all(this.followers.map(async (follower) => follower.start()));
  }

  /** Records of `deliveries` that the scheduler made. */
  get moved(): number {
    return this.deliveries.length - this.routed;
  }

  /** All records that both logs ever had, as far as seen. */
  get records(): number {
    let records = 0;
    for (const position of this.positions.values()) records += position;
    return records;
  }

  /** Begins to count anew. */
  forget(): void {
    this.deliveries = [];
    this.attempts = [];
    this.routed = 0;
    this.retrying = 0;
    this.putOff.clear();
  }

  /** The next offset that is expected. */
  positionOf(topic: string, partition: number): number {
    return this.positions.get(`${topic}/${partition}`) ?? 0;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.followers.map(async (follower) => follower.stop()));
  }

  private takeDelivery({ headers, timestampMs }: LogRecord): void {
    const delivery = decodeDelivery(headers);
    if (delivery === undefined) return;
    const { deliveryId, round, attemptNumber, deferrals } = delivery;
    const isFirst = round === 0 && attemptNumber === 1 && deferrals === 0;
    if (isFirst) this.routed++;
    this.deliveries.push({ deliveryId, isFirst, appendedAtMs: timestampMs });
  }

  private takeFact({ headers, value, timestampMs }: LogRecord): void {
    const fact = decodeFact(headers, value);
    if (fact.kind === 'deferred') this.putOff.set(fact.reason, (this.putOff.get(fact.reason) ?? 0) + 1);
    if (fact.kind !== 'attempted') return;
    const { deliveryId, round, attemptNumber, startedAtMs, atMs, statusCode } = fact;
    this.attempts.push({
      deliveryId,
      round,
      attemptNumber,
      startedAtMs,
      endedAtMs: atMs,
      appendedAtMs: timestampMs,
      wasAnswered: statusCode !== undefined,
    });
    if (fact.nextAttemptAtMs !== undefined) this.retrying++;
  }
}
