import { NestFactory } from '@nestjs/core';
import type { Delivery, Fact, GroupNames, TopicNames, Wait, WebhookState } from '@signalbox/contracts';
import {
  decodeDelivery,
  decodeFact,
  decodeWait,
  encodeDelivery,
  encodeFact,
  encodeWebhook,
  groupNames,
  topicSpecs,
} from '@signalbox/contracts';
import type {
  Appended,
  CommitEntry,
  KafkaConnection,
  LogHandler,
  LogProducer,
  LogRecord,
  OutgoingRecord,
} from '@signalbox/kafka';
import {
  authEventTopicSpecs,
  commitStartOffsets,
  createLogConsumer,
  createLogFollower,
  createLogProducer,
  ensureTopics,
} from '@signalbox/kafka';
import { createLogger } from '@signalbox/observability';
import type { TestBackends } from '@signalbox/testing';
import { startTestBackends, waitFor } from '@signalbox/testing';
import type { RoleName } from '../dispatcher.environment.ts';
import { loadDispatcherEnvironment } from '../dispatcher.environment.ts';
import { DispatcherModule } from '../dispatcher.module.ts';
import { Dispatcher } from '../dispatcher.ts';
import type { Commit } from './commit-history.ts';
import { CommitHistory } from './commit-history.ts';
import { DispatcherProcess } from './dispatcher-process.ts';
import { aWebhookState, dispatcherEnvironment } from './dispatcher-fixtures.ts';

export interface DeliveryRecord extends LogRecord {
  readonly delivery: Delivery;
  readonly wait: Wait | undefined;
}

/** The logs of a dispatcher on a real Kafka, laid out by hand, and single roles that are started on them. */
export class LogScene implements AsyncDisposable {
  readonly fatal: Error[] = [];
  readonly groups: GroupNames;
  readonly topics: TopicNames;
  /** Where roles started from now on look for config-service; nothing listens there by default. */
  configGrpcUrl = '127.0.0.1:1';
  private readonly stops: (() => Promise<void>)[] = [];

  private constructor(
    private readonly backends: TestBackends,
    private readonly connection: KafkaConnection,
    private readonly producer: LogProducer,
    private readonly history: CommitHistory,
  ) {
    this.groups = groupNames(backends.topicPrefix);
    this.topics = backends.topics;
  }

  /** Makes the topics and commits where each group begins, or leaves that out. */
  static async start({ isBegun = true } = {}): Promise<LogScene> {
    const backends = await startTestBackends();
    const connection = { brokers: backends.kafkaBrokers.split(','), clientId: 'log-scene' };
    const { topics, layout } = backends;
    await ensureTopics(connection, [...topicSpecs(topics, layout), ...authEventTopicSpecs(topics, layout)]);
    if (isBegun) await commitStartOffsets(connection, { names: topics, groups: groupNames(backends.topicPrefix) });
    const producer = createLogProducer({ connection });
    await producer.start();
    return new LogScene(backends, connection, producer, await CommitHistory.start(connection));
  }

  async append(record: OutgoingRecord): Promise<Appended> {
    const appended = new Promise<Appended>((resolve) => this.producer.append(record, resolve));
    return appended;
  }

  /** Appends what the router would, or with what it waited for the scheduler; answers where it lies. */
  async deliver(webhookId: string, partition: number, delivery: Delivery, wait?: Wait): Promise<Appended> {
    const value = JSON.stringify({ event: delivery.eventType, id: delivery.eventId, hookId: webhookId });
    return this.append({
      topic: this.topics.deliveries,
      partition,
      key: webhookId,
      value,
      headers: encodeDelivery(delivery, wait),
    });
  }

  async wait(webhookId: string, tier: number, delivery: Delivery, wait: Wait): Promise<Appended> {
    const headers = encodeDelivery(delivery, wait);
    return this.append({
      topic: this.topics.retries[tier] ?? '',
      partition: 0,
      key: webhookId,
      value: JSON.stringify({ event: delivery.eventType, hookId: webhookId }),
      headers,
    });
  }

  /** Publishes to the first auth-event topic, partition 0; resolves when all are acknowledged. */
  async publish(values: readonly (string | Buffer)[]): Promise<void> {
    const topic = this.topics.authEvents[0] ?? '';
    for (const value of values) this.producer.append({ topic, partition: 0, key: null, value });
    await this.producer.flush();
  }

  async state(partition: number, fact: Fact): Promise<Appended> {
    return this.append({ topic: this.topics.attempts, partition, key: fact.webhookId, ...encodeFact(fact) });
  }

  async configure(webhook: Partial<WebhookState> & { readonly url: string }): Promise<string> {
    const state = aWebhookState(webhook);
    await this.append({ topic: this.topics.webhooks, key: state.id, value: encodeWebhook(state) });
    return state.id;
  }

  /** Commits as a member that then leaves; the group must have no other. */
  async commit(groupId: string, entries: readonly CommitEntry[]): Promise<void> {
    const handler: LogHandler = {
      onJoin: () => {},
      locate: (assigned) =>
        Promise.resolve(assigned.map((of) => ({ ...of, offset: of.committedOffset ?? of.logStart }))),
      onBatch: () => {},
      onAdvance: () => {},
    };
    const topics = [...new Set(entries.map(({ topic }) => topic))];
    const { connection } = this;
    const onFatal = (error: Error): void => void this.fatal.push(error);
    const consumer = createLogConsumer({ connection, groupId, topics, handler, onFatal });
    await consumer.start();
    await consumer.commit(entries);
    await consumer.stop();
  }

  /** The group's last commit. */
  committed(groupId: string, topic: string, partition: number): Commit | undefined {
    return this.history.last(groupId, topic, partition);
  }

  get commits(): readonly Commit[] {
    return this.history.commits;
  }

  /** All records of a topic, those that come later too. */
  async records(topic: string): Promise<readonly LogRecord[]> {
    const seen: LogRecord[] = [];
    await this.watch(topic, (record) => seen.push(record));
    return seen;
  }

  /** Hands over all records of a topic, those that come later too. */
  async watch(topic: string, onRecord: (record: LogRecord) => void): Promise<void> {
    const { connection } = this;
    const onFatal = (error: Error): void => void this.fatal.push(error);
    const follower = createLogFollower({ connection, topic, onRecord, onFatal });
    this.stops.push(() => follower.stop());
    await follower.start();
  }

  /** What comes to `deliveries` or a tier of retries. */
  async deliveries(topic = this.topics.deliveries): Promise<() => DeliveryRecord[]> {
    const records = await this.records(topic);
    return () =>
      records.flatMap((record) => {
        const delivery = decodeDelivery(record.headers);
        return delivery === undefined ? [] : [{ ...record, delivery, wait: decodeWait(record.headers) }];
      });
  }

  async facts(): Promise<() => Fact[]> {
    const records = await this.records(this.topics.attempts);
    return () =>
      records
        .map((record) => decodeFact(record.headers, record.value))
        .filter((fact): fact is Fact => fact.kind !== 'not-a-fact');
  }

  /** Starts these roles in this process; answers how to stop them cleanly. */
  async play(...roles: RoleName[]): Promise<() => Promise<void>> {
    const env = loadDispatcherEnvironment(this.environment(roles));
    const logger = createLogger({ service: 'dispatcher', level: 'silent' });
    const module = DispatcherModule.register(env, logger, (error) => this.fatal.push(error));
    const app = await NestFactory.createApplicationContext(module, { logger: false, abortOnError: false });
    const dispatcher = app.get(Dispatcher);
    let stopped: Promise<void> | undefined;
    const stop = (): Promise<void> => (stopped ??= dispatcher.stop());
    this.stops.push(stop);
    await dispatcher.start();
    return stop;
  }

  /** Starts these roles in a process of their own, which need not get ready. */
  spawn(...roles: RoleName[]): DispatcherProcess {
    const started = new DispatcherProcess(this.environment(roles));
    this.stops.push(() => started.kill());
    return started;
  }

  /** Resolves when the group has committed this offset. */
  async untilCommitted(groupId: string, topic: string, partition: number, offset: number): Promise<void> {
    await waitFor(() => (this.committed(groupId, topic, partition)?.offset ?? -1) >= offset, {
      what: `the commit of ${offset} in ${topic}/${partition} by ${groupId}`,
      timeoutMs: 30_000,
    });
  }

  private environment(roles: readonly RoleName[]): Record<string, string> {
    return { ...dispatcherEnvironment(this.backends, roles), CONFIG_GRPC_URL: this.configGrpcUrl };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const stop of this.stops.splice(0).toReversed()) await stop();
    await this.history[Symbol.asyncDispose]();
    await this.producer.stop();
    await this.backends.stop();
  }
}
