import { NestFactory } from '@nestjs/core';
import type { WebhookDeletion, WebhookRecord, WebhookState } from '@signalbox/contracts';
import { encodeWebhook, groupNames, topicSpecs } from '@signalbox/contracts';
import type { KafkaConnection, LogProducer, LogRecord } from '@signalbox/kafka';
import {
  authEventTopicSpecs,
  commitStartOffsets,
  createLogFollower,
  createLogProducer,
  ensureTopics,
} from '@signalbox/kafka';
import type { Registry } from '@signalbox/observability';
import { createLogger } from '@signalbox/observability';
import type { TestBackends } from '@signalbox/testing';
import { waitFor } from '@signalbox/testing';
import { loadDispatcherEnvironment } from '../dispatcher.environment.ts';
import { DispatcherModule } from '../dispatcher.module.ts';
import { Dispatcher } from '../dispatcher.ts';
import { REGISTRY } from '../role.ts';
import type { WebhookLookup } from '../webhooks/webhook-lookup.port.ts';
import { WEBHOOK_LOOKUP } from '../webhooks/webhook-lookup.port.ts';
import { aWebhookState, dispatcherEnvironment } from './dispatcher-fixtures.ts';

/** All roles of a dispatcher in this process, on topics of their own. */
export class RunningDispatcher implements AsyncDisposable {
  readonly fatal: Error[] = [];
  private readonly followers: { stop(): Promise<void> }[] = [];
  private registry: Registry | undefined;

  private constructor(
    private readonly backends: TestBackends,
    private readonly configGrpcUrl: string,
    private readonly connection: KafkaConnection,
    private readonly producer: LogProducer,
    private dispatcher: Dispatcher | undefined,
    private webhooks: WebhookLookup | undefined,
  ) {}

  /** `configGrpcUrl`: where it looks for config-service; nothing listens there by default. */
  static async start(backends: TestBackends, configGrpcUrl = '127.0.0.1:1'): Promise<RunningDispatcher> {
    const connection = { brokers: backends.kafkaBrokers.split(','), clientId: 'dispatcher-test' };
    const { topics, layout } = backends;
    await ensureTopics(connection, [...topicSpecs(topics, layout), ...authEventTopicSpecs(topics, layout)]);
    await commitStartOffsets(connection, { names: topics, groups: groupNames(backends.topicPrefix) });
    const producer = createLogProducer({ connection });
    await producer.start();
    const running = new RunningDispatcher(backends, configGrpcUrl, connection, producer, undefined, undefined);
    await running.resume();
    return running;
  }

  /** Starts the process's parts, for the first time or after `pause`. */
  async resume(): Promise<void> {
    const { backends } = this;
    const env = loadDispatcherEnvironment({
      ...dispatcherEnvironment(backends),
      CONFIG_GRPC_URL: this.configGrpcUrl,
    });
    const logger = createLogger({ service: 'dispatcher', level: 'silent' });
    const module = DispatcherModule.register(env, logger, (error) => this.fatal.push(error));
    const app = await NestFactory.createApplicationContext(module, { logger: false, abortOnError: false });
    const dispatcher = app.get(Dispatcher);
    await dispatcher.start();
    this.dispatcher = dispatcher;
    this.webhooks = app.get<WebhookLookup>(WEBHOOK_LOOKUP);
    this.registry = app.get<Registry>(REGISTRY);
  }

  /** Stops cleanly, as on SIGTERM. */
  async pause(): Promise<void> {
    await this.dispatcher?.stop();
    this.dispatcher = undefined;
    this.webhooks = undefined;
  }

  /** Resolves when a running dispatcher goes by this state: an event published before that may match nothing. */
  async configure(webhook: Partial<WebhookState> & { readonly url: string }): Promise<WebhookState> {
    const state = aWebhookState(webhook);
    await this.put(state);
    return state;
  }

  /** Resolves when a running dispatcher knows that the webhook is gone. */
  async delete(webhook: Pick<WebhookDeletion, 'id' | 'tenantId' | 'version'>): Promise<void> {
    await this.put({ ...webhook, deleted: true, epoch: 1, deletedAtMs: Date.now() });
  }

  async publish(value: string | Buffer, headers: Record<string, string> = {}): Promise<void> {
    const topic = this.backends.topics.authEvents[0] ?? '';
    this.producer.append({ topic, key: null, value, headers });
    await this.producer.flush();
  }

  /** What `/metrics` tells of the process started last, by its line's beginning: the name, with all labels if it has any. */
  async metric(sample: string): Promise<number> {
    const lines = ((await this.registry?.metrics()) ?? '').split('\n');
    return Number(lines.find((line) => line.startsWith(`${sample} `))?.slice(sample.length) ?? NaN);
  }

  /** All records of a topic, those that come later too. */
  async records(topic: string): Promise<readonly LogRecord[]> {
    const seen: LogRecord[] = [];
    const follower = createLogFollower({
      connection: this.connection,
      topic,
      onRecord: (record) => seen.push(record),
      onFatal: (error) => this.fatal.push(error),
    });
    this.followers.push(follower);
    await follower.start();
    return seen;
  }

  private async put(record: WebhookRecord): Promise<void> {
    const { id, version } = record;
    this.producer.append({ topic: this.backends.topics.webhooks, key: id, value: encodeWebhook(record) });
    await this.producer.flush();
    await waitFor(() => this.webhooks === undefined || this.webhooks.get(id)?.version === version, {
      what: `version ${version} of ${id} to be applied`,
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.pause();
    await Promise.all(this.followers.map(async (follower) => follower.stop()));
    await this.producer.stop();
  }
}
