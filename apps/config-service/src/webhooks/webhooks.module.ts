import type { OnModuleInit } from '@nestjs/common';
import { Inject, Module } from '@nestjs/common';
import { kafkaConnectionOf } from '@signalbox/config';
import { topicNames } from '@signalbox/contracts';
import type { IdentityKey } from '@signalbox/identity';
import type { Logger, Registry } from '@signalbox/observability';
import { SecretBox } from '@signalbox/secrets';
import { DataSource } from 'typeorm';
import type { ConfigServiceEnvironment } from '../config-service.environment.ts';
import { SCHEMA } from '../database.ts';
import { logFieldsOf } from '../errors/error-log.ts';
import { ENVIRONMENT, IDENTITY_KEY, LOGGER, REGISTRY } from '../shared.ts';
import { DnsEndpointLookup } from './adapters/dns/endpoint-lookup.dns.ts';
import { GrpcExecutionStats } from './adapters/grpc/execution-stats.grpc.ts';
import { WebhooksController } from './adapters/http/webhooks.controller.ts';
import { KafkaWebhookLog } from './adapters/kafka/webhook-log.kafka.ts';
import { measureOutbox } from './adapters/metrics/outbox.metrics.ts';
import { PostgresOutboxHolding } from './adapters/postgres/outbox.postgres.ts';
import { PostgresWebhookJournal } from './adapters/postgres/webhook-journal.postgres.ts';
import { WebhookInputParser } from './adapters/validation/webhook-input.parser.ts';
import { ChangeWebhookUseCase } from './application/change-webhook.ts';
import { CreateWebhookUseCase } from './application/create-webhook.ts';
import { DeleteWebhookUseCase } from './application/delete-webhook.ts';
import { OutboxRelay } from './application/outbox-relay.ts';
import { ReadWebhooks } from './application/read-webhooks.ts';
import { RotateSigningKeyUseCase } from './application/rotate-signing-key.ts';
import { SecretVault } from './application/secret-vault.ts';
import { WebhookWriter } from './application/webhook-writer.ts';
import { WEBHOOK_OWNERSHIP } from './webhook-ownership.port.ts';

@Module({
  controllers: [WebhooksController],
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
      inject: [ENVIRONMENT],
      useFactory: (env: ConfigServiceEnvironment) => new WebhookInputParser(env.urlRules),
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
      provide: GrpcExecutionStats,
      inject: [ENVIRONMENT, IDENTITY_KEY, LOGGER],
      useFactory: (env: ConfigServiceEnvironment, identityKey: IdentityKey, logger: Logger) =>
        new GrpcExecutionStats({
          address: env.MONITORING_GRPC_URL,
          identityKey,
          onUnavailable: (error) => logger.warn(logFieldsOf(error), 'stats.unavailable'),
        }),
    },
    {
      provide: ReadWebhooks,
      inject: [PostgresWebhookJournal, GrpcExecutionStats],
      useFactory: (journal: PostgresWebhookJournal, stats: GrpcExecutionStats) =>
        new ReadWebhooks(journal, journal, stats),
    },
    {
      provide: OutboxRelay,
      inject: [ENVIRONMENT, LOGGER],
      useFactory: outboxRelay,
    },
  ],
  exports: [
    WEBHOOK_OWNERSHIP,
    ReadWebhooks,
    CreateWebhookUseCase,
    ChangeWebhookUseCase,
    DeleteWebhookUseCase,
    RotateSigningKeyUseCase,
    WebhookInputParser,
    SecretVault,
    GrpcExecutionStats,
    OutboxRelay,
  ],
})
export class WebhooksModule implements OnModuleInit {
  constructor(
    private readonly dataSource: DataSource,
    @Inject(REGISTRY) private readonly registry: Registry,
  ) {}

  onModuleInit(): void {
    measureOutbox(this.registry, this.dataSource);
  }
}

function outboxRelay(env: ConfigServiceEnvironment, logger: Logger): OutboxRelay {
  const topics = topicNames({ prefix: env.TOPIC_PREFIX, authEvents: env.AUTH_EVENT_TOPICS });
  return new OutboxRelay({
    holding: new PostgresOutboxHolding({ url: env.DATABASE_URL, schema: SCHEMA }),
    log: new KafkaWebhookLog({
      connection: { ...kafkaConnectionOf(env), logger },
      topic: topics.webhooks,
      onUnreachable: (error) => logger.warn(logFieldsOf(error), 'kafka.unreachable'),
    }),
    onPublished: (records) => logger.debug({ records }, 'outbox.published'),
    onTrouble: (error) => logger.warn(logFieldsOf(error), 'outbox.interrupted'),
  });
}
