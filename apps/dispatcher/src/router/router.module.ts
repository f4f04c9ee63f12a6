import { Module } from '@nestjs/common';
import type { TopicNames } from '@signalbox/contracts';
import { groupNames } from '@signalbox/contracts';
import type { KafkaConnection } from '@signalbox/kafka';
import { createLogConsumer, createLogProducer, createTailReader, MAX_HEARTBEAT_AGE_MS } from '@signalbox/kafka';
import type { Logger, Registry, Tracing } from '@signalbox/observability';
import { sampledShareOf } from '@signalbox/observability';
import { KnownTail } from '@signalbox/positions';
import type { DispatcherEnvironment } from '../dispatcher.environment.ts';
import { ConsumerLag, lagGauges } from '../consumer-lag.ts';
import { GroupRole } from '../group-role.ts';
import type { OnFatal, Role } from '../role.ts';
import { ENVIRONMENT, KAFKA_CONNECTION, LOGGER, ON_FATAL, PARTITIONS, REGISTRY, TOPICS, TRACING } from '../role.ts';
import type { EventTypeLookup } from '../event-types/event-type-lookup.port.ts';
import { EVENT_TYPE_LOOKUP } from '../event-types/event-type-lookup.port.ts';
import { EventTypesModule } from '../event-types/event-types.module.ts';
import type { WebhookLookup } from '../webhooks/webhook-lookup.port.ts';
import { WEBHOOK_LOOKUP } from '../webhooks/webhook-lookup.port.ts';
import { WebhooksModule } from '../webhooks/webhooks.module.ts';
import { routerMetrics } from './adapters/metrics/router.metrics.ts';
import { randomDigits } from './adapters/random-digits.ts';
import { Router } from './application/router.ts';

export const ROUTER_ROLE = Symbol('RouterRole');

@Module({
  imports: [WebhooksModule, EventTypesModule],
  providers: [
    {
      provide: ROUTER_ROLE,
      useFactory: (
        env: DispatcherEnvironment,
        connection: KafkaConnection,
        topics: TopicNames,
        partitions: number,
        directory: WebhookLookup,
        eventTypes: EventTypeLookup,
        logger: Logger,
        registry: Registry,
        tracing: Tracing | undefined,
        onFatal: OnFatal,
      ): Role => {
        const producer = createLogProducer({
          connection,
          // What a process had queued when it was stopped waits until it knows what it still holds.
          mayStart: () => consumer.msSinceHeartbeat() <= MAX_HEARTBEAT_AGE_MS,
        });
        const reader = createTailReader({ connection, topic: topics.deliveries, onFatal });
        const handler = new Router({
          rules: {
            maxEventBytes: env.MAX_EVENT_BYTES,
            isKnownEvent: (tenantId, name) =>
              eventTypes.isKnown(tenantId, name) || isSubscribedTo(directory, tenantId, name),
            subscribers: (tenantId, eventType) => directory.subscribers(tenantId, eventType),
            randomDigits: randomDigits(),
            sampledShare: sampledShareOf(env),
            startSpan:
              tracing &&
              ((parent, event) =>
                tracing.start({
                  name: 'route event',
                  kind: 'consumer',
                  parent,
                  attributes: { 'signalbox.event': event },
                })),
          },
          producer,
          tail: new KnownTail({ reader, topic: topics.deliveries, partitions }),
          topics,
          now: Date.now,
          observer: routerMetrics(registry, logger),
        });
        const lag = new ConsumerLag();
        const consumer = createLogConsumer({
          connection,
          groupId: groupNames(env.TOPIC_PREFIX).router,
          topics: topics.authEvents,
          handler: lag.watch(handler),
          onFatal,
        });
        lagGauges(registry, 'router', lag, consumer);
        return new GroupRole({ name: 'router', handler, consumer, producer, tail: reader, tickMs: 250, onFatal });
      },
      inject: [
        ENVIRONMENT,
        KAFKA_CONNECTION,
        TOPICS,
        PARTITIONS,
        WEBHOOK_LOOKUP,
        EVENT_TYPE_LOOKUP,
        LOGGER,
        REGISTRY,
        TRACING,
        ON_FATAL,
      ],
    },
  ],
  exports: [ROUTER_ROLE],
})
export class RouterModule {}

/**
 * A webhook can subscribe to known types alone, and the two logs are read apart: whoever saw its webhook in effect may
 * publish, though the type itself is read a moment later.
 */
function isSubscribedTo(directory: WebhookLookup, tenantId: string, name: string): boolean {
  for (const _ of directory.subscribers(tenantId, name)) return true;
  return false;
}
