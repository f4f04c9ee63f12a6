import { randomUUID } from 'node:crypto';
import { Module } from '@nestjs/common';
import type { TopicNames } from '@signalbox/contracts';
import { groupNames } from '@signalbox/contracts';
import { isKnownEvent } from '@signalbox/domain';
import type { KafkaConnection } from '@signalbox/kafka';
import { createLogConsumer, createLogProducer, createTailReader } from '@signalbox/kafka';
import type { Logger, Registry } from '@signalbox/observability';
import { KnownTail } from '@signalbox/positions';
import type { DispatcherEnvironment } from '../dispatcher.environment.ts';
import { GroupRole } from '../group-role.ts';
import type { OnFatal, Role } from '../role.ts';
import { ENVIRONMENT, KAFKA_CONNECTION, LOGGER, ON_FATAL, PARTITIONS, REGISTRY, TOPICS } from '../role.ts';
import type { WebhookLookup } from '../webhooks/webhook-lookup.port.ts';
import { WEBHOOK_LOOKUP } from '../webhooks/webhook-lookup.port.ts';
import { WebhooksModule } from '../webhooks/webhooks.module.ts';
import { routerMetrics } from './adapters/metrics/router.metrics.ts';
import { Router } from './application/router.ts';

export const ROUTER_ROLE = Symbol('RouterRole');

@Module({
  imports: [WebhooksModule],
  providers: [
    {
      provide: ROUTER_ROLE,
      useFactory: (
        env: DispatcherEnvironment,
        connection: KafkaConnection,
        topics: TopicNames,
        partitions: number,
        directory: WebhookLookup,
        logger: Logger,
        registry: Registry,
        onFatal: OnFatal,
      ): Role => {
        const producer = createLogProducer({ connection });
        const reader = createTailReader({ connection, topic: topics.deliveries, onFatal });
        const handler = new Router({
          rules: {
            maxEventBytes: env.MAX_EVENT_BYTES,
            isKnownEvent,
            subscribers: (tenantId, eventType) => directory.subscribers(tenantId, eventType),
            randomUuids: () => randomUUID() + randomUUID(),
          },
          producer,
          tail: new KnownTail({ reader, topic: topics.deliveries, partitions }),
          topics,
          now: Date.now,
          observer: routerMetrics(registry, logger),
        });
        const consumer = createLogConsumer({
          connection,
          groupId: groupNames(env.TOPIC_PREFIX).router,
          topics: topics.authEvents,
          handler,
          onFatal,
        });
        return new GroupRole({ name: 'router', handler, consumer, producer, tail: reader, tickMs: 250, onFatal });
      },
      inject: [ENVIRONMENT, KAFKA_CONNECTION, TOPICS, PARTITIONS, WEBHOOK_LOOKUP, LOGGER, REGISTRY, ON_FATAL],
    },
  ],
  exports: [ROUTER_ROLE],
})
export class RouterModule {}
