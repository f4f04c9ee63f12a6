import { Module } from '@nestjs/common';
import { kafkaConnectionOf } from '@signalbox/config';
import { groupNames, topicNames } from '@signalbox/contracts';
import { createLogConsumer, createLogProducer } from '@signalbox/kafka';
import type { Logger, Registry } from '@signalbox/observability';
import { DataSource } from 'typeorm';
import type { MonitoringEnvironment } from '../monitoring.environment.ts';
import { keptSinceMs, retentionMsOf } from '../monitoring.environment.ts';
import type { OnFatal } from '../shared.ts';
import { ENVIRONMENT, LOGGER, ON_FATAL, REGISTRY } from '../shared.ts';
import { KafkaDeadLetters } from './adapters/kafka/dead-letters.kafka.ts';
import { observeLag, projectorMetrics } from './adapters/metrics/projector.metrics.ts';
import { PostgresReadModels } from './adapters/postgres/read-models.postgres.ts';
import { Projector } from './application/projector.ts';
import { Projections } from './projections.ts';

@Module({
  providers: [
    {
      provide: Projections,
      inject: [ENVIRONMENT, DataSource, LOGGER, REGISTRY, ON_FATAL],
      useFactory: (
        env: MonitoringEnvironment,
        dataSource: DataSource,
        logger: Logger,
        registry: Registry,
        onFatal: OnFatal,
      ): Projections => {
        const connection = { ...kafkaConnectionOf(env), logger };
        const topics = topicNames({ prefix: env.TOPIC_PREFIX, authEvents: env.AUTH_EVENT_TOPICS });
        const producer = createLogProducer({ connection });
        const projector = new Projector({
          deliveriesTopic: topics.deliveries,
          readModels: new PostgresReadModels(dataSource),
          deadLetters: new KafkaDeadLetters(producer, topics.deadLetters),
          observer: projectorMetrics(registry, logger),
          keptSinceMs: () => keptSinceMs(Date.now(), retentionMsOf(env)),
        });
        observeLag(registry, projector);
        const consumer = createLogConsumer({
          connection,
          groupId: groupNames(env.TOPIC_PREFIX).projector,
          topics: [topics.deliveries, topics.attempts],
          // A delivery and its facts lie in partitions of the same number: one instance projects both.
          isCoPartitioned: true,
          handler: projector,
          onFatal,
        });
        return new Projections(projector, consumer, producer);
      },
    },
  ],
  exports: [Projections],
})
export class ProjectionsModule {}
