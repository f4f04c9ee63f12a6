import type { OnModuleDestroy, OnModuleInit } from '@nestjs/common';
import { Module } from '@nestjs/common';
import { kafkaConnectionOf } from '@signalbox/config';
import { topicNames } from '@signalbox/contracts';
import type { IdentityKey } from '@signalbox/identity';
import type { Logger } from '@signalbox/observability';
import { SecretBox } from '@signalbox/secrets';
import { DataSource } from 'typeorm';
import { CatalogueModule } from '../catalogue/catalogue.module.ts';
import { EVENT_TYPE_LOOKUP } from '../catalogue/catalogue.ts';
import type { EventTypeLookup } from '../catalogue/catalogue.ts';
import type { ConfigServiceEnvironment } from '../config-service.environment.ts';
import { PUBLISH_GATE } from '../outbox/publish-gate.port.ts';
import { ENVIRONMENT, IDENTITY_KEY, LOGGER } from '../shared.ts';
import { DnsEndpointLookup } from './adapters/dns/endpoint-lookup.dns.ts';
import { GrpcExecutionStats } from './adapters/grpc/execution-stats.grpc.ts';
import { GrpcFailureLog } from './adapters/grpc/failure-log.grpc.ts';
import { GrpcPayloadTester } from './adapters/grpc/payload-tester.grpc.ts';
import { HistoryController } from './adapters/http/history.controller.ts';
import { TestWebhookController } from './adapters/http/test-webhook.controller.ts';
import { WebhooksController } from './adapters/http/webhooks.controller.ts';
import { KafkaToldTopics } from './adapters/kafka/told-topics.kafka.ts';
import { PostgresDatabaseState } from './adapters/postgres/database-state.postgres.ts';
import { PostgresWebhookChanges } from './adapters/postgres/webhook-changes.postgres.ts';
import { PostgresJournalPages } from './adapters/postgres/journal-pages.postgres.ts';
import { PostgresWebhookJournal } from './adapters/postgres/webhook-journal.postgres.ts';
import { PostgresWebhookRedirections } from './adapters/postgres/webhook-redirections.postgres.ts';
import { PostgresWatchedWebhooks } from './adapters/postgres/watched-webhooks.postgres.ts';
import { PostgresWebhookList } from './adapters/postgres/webhook-list.postgres.ts';
import { WebhookInputParser } from './adapters/validation/webhook-input.parser.ts';
import { ChangeWebhookUseCase } from './application/change-webhook.ts';
import { CreateWebhookUseCase } from './application/create-webhook.ts';
import { DeleteWebhookUseCase } from './application/delete-webhook.ts';
import { ReadHistory } from './application/read-history.ts';
import { ReadWebhooks } from './application/read-webhooks.ts';
import { RotateSigningKeyUseCase } from './application/rotate-signing-key.ts';
import { SecretVault } from './application/secret-vault.ts';
import { DisableByReceiverUseCase } from './application/disable-by-receiver.ts';
import { TestWebhookUseCase } from './application/test-webhook.ts';
import { TopicGate } from './application/topic-gate.ts';
import { FailureWatch } from './application/failure-watch.ts';
import { WatchFailures } from './application/watch-failures.ts';
import { WebhookFeed } from './application/webhook-feed.ts';
import { WebhookWriter } from './application/webhook-writer.ts';
import { WEBHOOK_NAMES } from './webhook-names.port.ts';
import { WEBHOOK_OWNERSHIP } from './webhook-ownership.port.ts';

@Module({
  imports: [CatalogueModule],
  controllers: [WebhooksController, TestWebhookController, HistoryController],
  providers: [
    {
      provide: PostgresWebhookJournal,
      inject: [DataSource],
      useFactory: (dataSource: DataSource) => new PostgresWebhookJournal(dataSource),
    },
    { provide: WEBHOOK_OWNERSHIP, useExisting: PostgresWebhookJournal },
    {
      provide: SecretVault,
      inject: [ENVIRONMENT],
      useFactory: (env: ConfigServiceEnvironment) => new SecretVault(new SecretBox(env.keyring)),
    },
    {
      provide: DnsEndpointLookup,
      inject: [ENVIRONMENT],
      useFactory: (env: ConfigServiceEnvironment) => new DnsEndpointLookup(env.urlRules),
    },
    {
      provide: WebhookInputParser,
      inject: [ENVIRONMENT, EVENT_TYPE_LOOKUP],
      useFactory: (env: ConfigServiceEnvironment, eventTypes: EventTypeLookup) =>
        new WebhookInputParser(env.urlRules, eventTypes),
    },
    {
      provide: WebhookWriter,
      inject: [PostgresWebhookJournal],
      useFactory: (journal: PostgresWebhookJournal) => new WebhookWriter(journal, Date.now),
    },
    {
      provide: CreateWebhookUseCase,
      inject: [WebhookWriter, SecretVault, DnsEndpointLookup],
      useFactory: (writer: WebhookWriter, vault: SecretVault, lookup: DnsEndpointLookup) =>
        new CreateWebhookUseCase(writer, vault, lookup),
    },
    {
      provide: ChangeWebhookUseCase,
      inject: [WebhookWriter, PostgresWebhookJournal, SecretVault, DnsEndpointLookup],
      useFactory: (
        writer: WebhookWriter,
        journal: PostgresWebhookJournal,
        vault: SecretVault,
        lookup: DnsEndpointLookup,
      ) => new ChangeWebhookUseCase(writer, journal, vault, lookup),
    },
    {
      provide: DeleteWebhookUseCase,
      inject: [WebhookWriter],
      useFactory: (writer: WebhookWriter) => new DeleteWebhookUseCase(writer),
    },
    {
      provide: RotateSigningKeyUseCase,
      inject: [WebhookWriter, SecretVault],
      useFactory: (writer: WebhookWriter, vault: SecretVault) => new RotateSigningKeyUseCase(writer, vault),
    },
    {
      provide: DisableByReceiverUseCase,
      inject: [WebhookWriter, PostgresWebhookJournal, DataSource],
      useFactory: (writer: WebhookWriter, journal: PostgresWebhookJournal, dataSource: DataSource) =>
        new DisableByReceiverUseCase(writer, journal, new PostgresWebhookRedirections(dataSource)),
    },
    {
      provide: GrpcExecutionStats,
      inject: [ENVIRONMENT, IDENTITY_KEY, LOGGER],
      useFactory: (env: ConfigServiceEnvironment, identityKey: IdentityKey, logger: Logger) =>
        new GrpcExecutionStats({
          address: env.MONITORING_GRPC_URL,
          identityKey,
          onUnavailable: (error) => logger.warn({ err: error }, 'stats.unavailable'),
        }),
    },
    {
      provide: GrpcPayloadTester,
      inject: [ENVIRONMENT, IDENTITY_KEY, LOGGER],
      useFactory: (env: ConfigServiceEnvironment, identityKey: IdentityKey, logger: Logger) =>
        new GrpcPayloadTester({
          address: env.DISPATCHER_GRPC_URL,
          identityKey,
          onUnavailable: (error) => logger.warn({ err: error }, 'test_payload.unavailable'),
        }),
    },
    {
      provide: TestWebhookUseCase,
      inject: [PostgresWebhookJournal, SecretVault, DnsEndpointLookup, GrpcPayloadTester, EVENT_TYPE_LOOKUP],
      useFactory: (
        journal: PostgresWebhookJournal,
        vault: SecretVault,
        lookup: DnsEndpointLookup,
        tester: GrpcPayloadTester,
        eventTypes: EventTypeLookup,
      ) => new TestWebhookUseCase(journal, vault, lookup, tester, eventTypes, Date.now),
    },
    {
      provide: GrpcFailureLog,
      inject: [ENVIRONMENT, IDENTITY_KEY],
      useFactory: (env: ConfigServiceEnvironment, identityKey: IdentityKey) =>
        new GrpcFailureLog(env.MONITORING_GRPC_URL, identityKey),
    },
    {
      provide: FailureWatch,
      inject: [ENVIRONMENT, LOGGER, DataSource, WebhookWriter, GrpcFailureLog],
      useFactory: failureWatch,
    },
    {
      provide: PUBLISH_GATE,
      inject: [DataSource, ENVIRONMENT, LOGGER],
      useFactory: publishGate,
    },
    {
      provide: WebhookFeed,
      inject: [DataSource],
      useFactory: (dataSource: DataSource) => new WebhookFeed(new PostgresWebhookChanges(dataSource)),
    },
    {
      provide: ReadHistory,
      inject: [DataSource],
      useFactory: (dataSource: DataSource) => new ReadHistory(new PostgresJournalPages(dataSource)),
    },
    {
      provide: PostgresWebhookList,
      inject: [DataSource],
      useFactory: (dataSource: DataSource) => new PostgresWebhookList(dataSource),
    },
    { provide: WEBHOOK_NAMES, useExisting: PostgresWebhookList },
    {
      provide: ReadWebhooks,
      inject: [PostgresWebhookJournal, GrpcExecutionStats, PostgresWebhookList],
      useFactory: (journal: PostgresWebhookJournal, stats: GrpcExecutionStats, list: PostgresWebhookList) =>
        new ReadWebhooks(journal, list, stats),
    },
  ],
  exports: [
    WEBHOOK_NAMES,
    WEBHOOK_OWNERSHIP,
    ReadHistory,
    ReadWebhooks,
    WebhookFeed,
    PUBLISH_GATE,
    CreateWebhookUseCase,
    ChangeWebhookUseCase,
    DeleteWebhookUseCase,
    RotateSigningKeyUseCase,
    WebhookInputParser,
    SecretVault,
    GrpcExecutionStats,
    GrpcPayloadTester,
    TestWebhookUseCase,
    DisableByReceiverUseCase,
  ],
})
export class WebhooksModule implements OnModuleDestroy, OnModuleInit {
  constructor(
    private readonly failures: FailureWatch,
    private readonly failureLog: GrpcFailureLog,
  ) {}

  onModuleInit(): void {
    this.failures.start();
  }

  async onModuleDestroy(): Promise<void> {
    this.failureLog.close();
    await this.failures.stop();
  }
}

function failureWatch(
  env: ConfigServiceEnvironment,
  logger: Logger,
  dataSource: DataSource,
  writer: WebhookWriter,
  log: GrpcFailureLog,
): FailureWatch {
  const watching = new WatchFailures({
    log,
    webhooks: new PostgresWatchedWebhooks(dataSource),
    writer,
    disableAfterMs: env.AUTO_DISABLE_AFTER_DAYS * DAY_MS,
    now: Date.now,
    onDecided: ({ tenantId, webhookId }, what) =>
      logger.info({ tenant_id: tenantId, webhook_id: webhookId, decided: what }, 'failing_webhook.decided'),
  });
  return new FailureWatch({
    run: env.AUTO_DISABLE_AFTER_DAYS === 0 ? undefined : async () => watching.run(),
    onTrouble: (error) => logger.warn({ err: error }, 'failing_webhooks.not_looked_at'),
  });
}

const DAY_MS = 86_400_000;

function publishGate(dataSource: DataSource, env: ConfigServiceEnvironment, logger: Logger): TopicGate {
  const names = topicNames({ prefix: env.TOPIC_PREFIX, authEvents: env.AUTH_EVENT_TOPICS });
  return new TopicGate({
    database: new PostgresDatabaseState(dataSource),
    topics: new KafkaToldTopics({ ...kafkaConnectionOf(env), logger }, names),
    onBehind: (lack) => logger.error({ lack }, 'database.found_behind'),
  });
}
