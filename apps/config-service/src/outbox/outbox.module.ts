import type { OnModuleInit } from '@nestjs/common';
import { Inject, Module } from '@nestjs/common';
import { kafkaConnectionOf } from '@signalbox/config';
import { topicNames } from '@signalbox/contracts';
import type { Logger, Registry } from '@signalbox/observability';
import { DataSource } from 'typeorm';
import type { ConfigServiceEnvironment } from '../config-service.environment.ts';
import { SCHEMA } from '../database.ts';
import { logFieldsOf } from '../errors/error-log.ts';
import { ENVIRONMENT, LOGGER, REGISTRY } from '../shared.ts';
import { KafkaOutboxLog } from './adapters/kafka/outbox-log.kafka.ts';
import { measureOutbox } from './adapters/metrics/outbox.metrics.ts';
import { PostgresOutboxHolding } from './adapters/postgres/outbox.postgres.ts';
import { OutboxRelay } from './application/outbox-relay.ts';

@Module({
  providers: [{ provide: OutboxRelay, inject: [ENVIRONMENT, LOGGER], useFactory: outboxRelay }],
  exports: [OutboxRelay],
})
export class OutboxModule implements OnModuleInit {
  constructor(
    private readonly dataSource: DataSource,
    @Inject(REGISTRY) private readonly registry: Registry,
  ) {}

  onModuleInit(): void {
    measureOutbox(this.registry, this.dataSource);
  }
}

function outboxRelay(env: ConfigServiceEnvironment, logger: Logger): OutboxRelay {
  const { webhooks, eventTypes, operations } = topicNames({
    prefix: env.TOPIC_PREFIX,
    authEvents: env.AUTH_EVENT_TOPICS,
  });
  return new OutboxRelay({
    holding: new PostgresOutboxHolding({ url: env.DATABASE_URL, schema: SCHEMA }),
    log: new KafkaOutboxLog({
      connection: { ...kafkaConnectionOf(env), logger },
      topics: { webhooks, 'event-types': eventTypes, operations },
      writerName: `${env.TOPIC_PREFIX}config-service.outbox`,
    }),
    onPublished: (records) => logger.debug({ records }, 'outbox.published'),
    onTrouble: (error) => logger.warn(logFieldsOf(error), 'outbox.interrupted'),
  });
}
