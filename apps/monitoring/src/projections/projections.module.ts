import { Module } from '@nestjs/common';
import type { KafkaEnvironment } from '@signalbox/config';
import { kafkaConnectionOf } from '@signalbox/config';
import { groupNames, topicNames } from '@signalbox/contracts';
import type { LogConsumer } from '@signalbox/kafka';
import { createGroupLagReader, createLogConsumer, createLogProducer } from '@signalbox/kafka';
import type { Logger, Registry, Tracing } from '@signalbox/observability';
import { DataSource } from 'typeorm';
import { PROJECTION_DATABASE } from '../database/database.module.ts';
import type { MonitoringEnvironment } from '../monitoring.environment.ts';
import { keptSinceMs, retentionMsOf } from '../monitoring.environment.ts';
import { ENVIRONMENT, LOGGER, REGISTRY, TRACING } from '../shared.ts';
import { KafkaDeadLetters } from './adapters/kafka/dead-letters.kafka.ts';
import { observeLag, projectorMetrics } from './adapters/metrics/projector.metrics.ts';
import { PostgresReadModels } from './adapters/postgres/read-models.postgres.ts';
import { unfinishedSince } from './adapters/postgres/rebuilt-tables.postgres.ts';
import { recordProjectionSpans } from './application/projection-spans.ts';
import { Projector } from './application/projector.ts';
import { RebuildWatch } from './application/rebuild-watch.ts';
import { UnfinishedRebuild } from './application/unfinished-rebuild.ts';
import type { LogRange } from './domain/log-remains.ts';
import { Projections } from './projections.ts';

export const REBUILD_WATCH = Symbol('RebuildWatch');

/** Of a partition by one fetch; a larger record comes alone. Not much more than the projector lets wait of each. */
const MAX_FETCHED_BYTES = 128 * 1024;

/** What projecting reads of the environment. */
export type ProjectionEnvironment = KafkaEnvironment &
  Pick<MonitoringEnvironment, 'TOPIC_PREFIX' | 'AUTH_EVENT_TOPICS' | 'LOG_RETENTION_DAYS'>;

/** Not started yet. */
export function createProjections(
  env: ProjectionEnvironment,
  dataSource: DataSource,
  logger: Logger,
  registry: Registry,
  tracing?: Tracing,
): Projections {
  const connection = { ...kafkaConnectionOf(env), logger };
  const topics = topicNames({ prefix: env.TOPIC_PREFIX, authEvents: env.AUTH_EVENT_TOPICS });
  const producer = createLogProducer({ connection });
  const projector = new Projector({
    deliveriesTopic: topics.deliveries,
    readModels: new PostgresReadModels(dataSource),
    deadLetters: new KafkaDeadLetters(producer, topics.deadLetters),
    observer: projectorMetrics(registry, logger),
    onCommitted:
      tracing && ((chunks, startedAtMs) => recordProjectionSpans(tracing, chunks, topics.attempts, startedAtMs)),
    keptSinceMs: (nowMs) => keptSinceMs(nowMs, retentionMsOf(env)),
  });
  observeLag(registry, projector);
  const createConsumer = (onFatal: (error: Error) => void): LogConsumer =>
    createLogConsumer({
      connection,
      groupId: groupNames(env.TOPIC_PREFIX).projector,
      topics: [topics.deliveries, topics.attempts],
      // A delivery and its facts lie in partitions of the same number: one instance projects both.
      isCoPartitioned: true,
      maxBytesPerPartition: MAX_FETCHED_BYTES,
      // In Postgres. What the group has committed may be days behind them, where its partition had no more records.
      isLocatedByHandler: true,
      handler: projector,
      onFatal,
    });
  return new Projections({ projector, createConsumer, producer, logger });
}

/** Over a connection of its own: rebuilds are rare, and their logs looked at every few seconds. */
async function rangesOf(env: ProjectionEnvironment, logger: Logger): Promise<readonly LogRange[]> {
  const { deliveries, attempts } = topicNames({ prefix: env.TOPIC_PREFIX, authEvents: env.AUTH_EVENT_TOPICS });
  const logs = createGroupLagReader({ ...kafkaConnectionOf(env), logger });
  try {
    return await logs.read([{ groupId: groupNames(env.TOPIC_PREFIX).projector, topics: [deliveries, attempts] }]);
  } finally {
    await logs.stop();
  }
}

@Module({
  providers: [
    {
      provide: Projections,
      inject: [ENVIRONMENT, PROJECTION_DATABASE, LOGGER, REGISTRY, TRACING],
      useFactory: createProjections,
    },
    {
      provide: REBUILD_WATCH,
      // Asked by calls, which must not hold up the projection.
      inject: [ENVIRONMENT, DataSource, LOGGER],
      useFactory: (env: MonitoringEnvironment, dataSource: DataSource, logger: Logger) => {
        const rebuild = new UnfinishedRebuild({
          unfinished: async (ranges) => unfinishedSince(dataSource, ranges),
          ranges: async () => rangesOf(env, logger),
          now: () => performance.now(),
        });
        return new RebuildWatch(async () => rebuild.isUnderWay());
      },
    },
  ],
  exports: [Projections, REBUILD_WATCH],
})
export class ProjectionsModule {}
