import { Module } from '@nestjs/common';
import type { TopicNames } from '@signalbox/contracts';
import type { KafkaConnection, LogFollower } from '@signalbox/kafka';
import type { Logger, Registry } from '@signalbox/observability';
import { Gauge, metricName } from '@signalbox/observability';
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
      ): LogFollower => {
        const applied = new Gauge({
          name: metricName('dispatcher', 'webhooks_applied', 'offset'),
          help: 'Highest offset of the webhooks topic that this process has applied; -1 before the first.',
          registers: [registry],
        });
        applied.set(-1);
        const onApplied = (offset: number): void => applied.set(offset);
        return followWebhooks({ connection, topic: topics.webhooks, directory, onApplied, onFatal, logger });
      },
      inject: [KAFKA_CONNECTION, TOPICS, WEBHOOK_LOOKUP, LOGGER, REGISTRY, ON_FATAL],
    },
  ],
  exports: [WEBHOOK_LOOKUP, WEBHOOK_LOG],
})
export class WebhooksModule {}
