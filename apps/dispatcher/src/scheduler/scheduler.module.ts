import { Module } from '@nestjs/common';
import type { TopicNames } from '@signalbox/contracts';
import { groupNames } from '@signalbox/contracts';
import type { KafkaConnection } from '@signalbox/kafka';
import { createLogConsumer, createLogProducer, createTailReader, MAX_HEARTBEAT_AGE_MS } from '@signalbox/kafka';
import type { Logger, Registry } from '@signalbox/observability';
import { KnownTail } from '@signalbox/positions';
import type { DispatcherEnvironment } from '../dispatcher.environment.ts';
import { GroupRole } from '../group-role.ts';
import type { OnFatal, Role } from '../role.ts';
import { ENVIRONMENT, KAFKA_CONNECTION, LOGGER, ON_FATAL, PARTITIONS, REGISTRY, TOPICS } from '../role.ts';
import { schedulerGauges, schedulerMetrics } from './adapters/metrics/scheduler.metrics.ts';
import { Scheduler } from './application/scheduler.ts';

export const SCHEDULER_ROLE = Symbol('SchedulerRole');

const MAX_HELD = 20_000;
const MAX_HELD_BYTES = 64 * 1_024 * 1_024;
/** How late a wait may end at most, beyond what Kafka takes. */
const TICK_MS = 20;

@Module({
  providers: [
    {
      provide: SCHEDULER_ROLE,
      useFactory: (
        env: DispatcherEnvironment,
        connection: KafkaConnection,
        topics: TopicNames,
        partitions: number,
        logger: Logger,
        registry: Registry,
        onFatal: OnFatal,
      ): Role => {
        const producer = createLogProducer({
          connection,
          // What a process had queued when it was stopped waits until it knows what it still holds.
          mayStart: () => consumer.msSinceHeartbeat() <= MAX_HEARTBEAT_AGE_MS,
        });
        const reader = createTailReader({ connection, topic: topics.deliveries, onFatal });
        const handler = new Scheduler({
          producer,
          tail: new KnownTail({ reader, topic: topics.deliveries, partitions }),
          topics,
          maxHeld: MAX_HELD,
          maxHeldBytes: MAX_HELD_BYTES,
          now: Date.now,
          observer: schedulerMetrics(registry, logger),
        });
        schedulerGauges(registry, handler);
        const consumer = createLogConsumer({
          connection,
          groupId: groupNames(env.TOPIC_PREFIX).scheduler,
          topics: topics.retries,
          handler,
          onFatal,
          // Twins come to different tiers of the same partition number: one member sees them all.
          isCoPartitioned: true,
          // Of a tier only the head is due: what is fetched behind it is read again later.
          maxBytesPerPartition: 256 * 1_024,
        });
        return new GroupRole({
          name: 'scheduler',
          handler,
          consumer,
          producer,
          tail: reader,
          tickMs: TICK_MS,
          onFatal,
        });
      },
      inject: [ENVIRONMENT, KAFKA_CONNECTION, TOPICS, PARTITIONS, LOGGER, REGISTRY, ON_FATAL],
    },
  ],
  exports: [SCHEDULER_ROLE],
})
export class SchedulerModule {}
