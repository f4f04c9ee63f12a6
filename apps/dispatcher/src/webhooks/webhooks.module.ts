import { Module } from '@nestjs/common';
import type { TopicNames } from '@signalbox/contracts';
import type { KafkaConnection, LogFollower } from '@signalbox/kafka';
import type { Logger, Registry } from '@signalbox/observability';
import type { OnFatal } from '../role.ts';
import { KAFKA_CONNECTION, LOGGER, ON_FATAL, REGISTRY, TOPICS } from '../role.ts';
import { followWebhooks } from './adapters/kafka/webhook-log.ts';
import { WebhookDirectory } from './domain/webhook-directory.ts';
import { WEBHOOK_LOOKUP } from './webhook-lookup.port.ts';

export const WEBHOOK_LOG = Symbol('WebhookLog');

@Module({
  providers: [
    { provide: WEBHOOK_LOOKUP, useFactory: () => new WebhookDirectory() },
    {
      provide: WEBHOOK_LOG,
      useFactory: (
        connection: KafkaConnection,
        topics: TopicNames,
        directory: WebhookDirectory,
        logger: Logger,
        registry: Registry,
        onFatal: OnFatal,
      ): LogFollower => followWebhooks({ connection, topic: topics.webhooks, onFatal, logger, registry }, directory),
      inject: [KAFKA_CONNECTION, TOPICS, WEBHOOK_LOOKUP, LOGGER, REGISTRY, ON_FATAL],
    },
  ],
  exports: [WEBHOOK_LOOKUP, WEBHOOK_LOG],
})
export class WebhooksModule {}
