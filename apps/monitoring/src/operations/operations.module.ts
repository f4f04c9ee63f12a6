import { Module } from '@nestjs/common';
import { kafkaConnectionOf } from '@signalbox/config';
import { groupNames, topicNames } from '@signalbox/contracts';
import { createGroupLagReader } from '@signalbox/kafka';
import type { Logger, Registry } from '@signalbox/observability';
import { DataSource } from 'typeorm';
import type { MonitoringEnvironment } from '../monitoring.environment.ts';
import { retentionMsOf } from '../monitoring.environment.ts';
import { ENVIRONMENT, LOGGER, REGISTRY } from '../shared.ts';
import { OpsController } from './adapters/http/ops.controller.ts';
import { KafkaRolePositions } from './adapters/kafka/role-positions.kafka.ts';
import { lagMetrics } from './adapters/metrics/lag.metrics.ts';
import { PostgresProjectedPositions } from './adapters/postgres/projected-positions.postgres.ts';
import { PostgresUnsettledRows } from './adapters/postgres/unsettled-rows.postgres.ts';
import { PostgresTroubledWebhooks } from './adapters/postgres/troubled-webhooks.postgres.ts';
import { LagWatch } from './application/lag-watch.ts';
import { TROUBLED_WEBHOOKS } from './application/troubled-webhooks.port.ts';
import { OPERATIONS } from './operations.ts';

@Module({
  controllers: [OpsController],
  providers: [
    {
      provide: TROUBLED_WEBHOOKS,
      inject: [DataSource, ENVIRONMENT],
      useFactory: (dataSource: DataSource, env: MonitoringEnvironment) =>
        new PostgresTroubledWebhooks(dataSource, retentionMsOf(env)),
    },
    {
      provide: LagWatch,
      inject: [ENVIRONMENT, DataSource, LOGGER, REGISTRY],
      useFactory: (
        env: MonitoringEnvironment,
        dataSource: DataSource,
        logger: Logger,
        registry: Registry,
      ): LagWatch => {
        const positions = new KafkaRolePositions({
          reader: createGroupLagReader({ ...kafkaConnectionOf(env), logger }),
          projected: new PostgresProjectedPositions(dataSource),
          topics: topicNames({ prefix: env.TOPIC_PREFIX, authEvents: env.AUTH_EVENT_TOPICS }),
          groups: groupNames(env.TOPIC_PREFIX),
        });
        const watch = new LagWatch({
          positions,
          unsettled: new PostgresUnsettledRows(dataSource),
          now: Date.now,
          onFailed: (error) => logger.warn({ err: error }, 'lag.not_looked_at'),
        });
        lagMetrics(registry, watch, Date.now);
        return watch;
      },
    },
    { provide: OPERATIONS, useExisting: LagWatch },
  ],
  exports: [OPERATIONS],
})
export class OperationsModule {}
