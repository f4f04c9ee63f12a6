import { Module } from '@nestjs/common';
import type { IdentityKey } from '@signalbox/identity';
import type { Logger } from '@signalbox/observability';
import { DataSource } from 'typeorm';
import { IDENTITY_KEY } from '../access/identity.guard.ts';
import type { MonitoringEnvironment } from '../monitoring.environment.ts';
import { retentionMsOf } from '../monitoring.environment.ts';
import { ENVIRONMENT, LOGGER } from '../shared.ts';
import { ProjectionsModule, REBUILD_WATCH } from '../projections/projections.module.ts';
import { FailingWebhooksModule } from '../failing-webhooks/failing-webhooks.module.ts';
import { FAILING_WEBHOOKS_RPCS } from '../failing-webhooks/failing-webhooks.ts';
import type { IdentifiedService } from './adapters/grpc/stats.server.ts';
import { StatsServer } from './adapters/grpc/stats.server.ts';
import { HealthController } from './adapters/http/health.controller.ts';
import { PostgresBreakerHistory } from './adapters/postgres/breaker-history.postgres.ts';
import { PostgresHealthCounts } from './adapters/postgres/health-counts.postgres.ts';
import { PostgresHealthPages } from './adapters/postgres/health-pages.postgres.ts';
import { PostgresTenantCounts } from './adapters/postgres/tenant-counts.postgres.ts';
import { AskHealth } from './application/ask-health.ts';
import type { HealthCounts } from './application/health-counts.port.ts';
import { HEALTH_COUNTS } from './application/health-counts.port.ts';
import { TENANT_COUNTS } from './application/tenant-counts.port.ts';

export const STATS_SERVER = Symbol('StatsServer');

@Module({
  imports: [FailingWebhooksModule, ProjectionsModule],
  controllers: [HealthController],
  providers: [
    {
      provide: HEALTH_COUNTS,
      inject: [DataSource],
      useFactory: (dataSource: DataSource) => new PostgresHealthCounts(dataSource),
    },
    {
      provide: TENANT_COUNTS,
      inject: [DataSource, ENVIRONMENT],
      useFactory: (dataSource: DataSource, env: MonitoringEnvironment) =>
        new PostgresTenantCounts(dataSource, retentionMsOf(env)),
    },
    {
      provide: AskHealth,
      inject: [DataSource, ENVIRONMENT, HEALTH_COUNTS],
      useFactory: (dataSource: DataSource, env: MonitoringEnvironment, counts: HealthCounts) =>
        new AskHealth(
          counts,
          new PostgresHealthPages(dataSource, retentionMsOf(env)),
          new PostgresBreakerHistory(dataSource),
        ),
    },
    {
      provide: STATS_SERVER,
      inject: [ENVIRONMENT, IDENTITY_KEY, HEALTH_COUNTS, REBUILD_WATCH, FAILING_WEBHOOKS_RPCS, LOGGER],
      useFactory: (
        env: MonitoringEnvironment,
        identityKey: IdentityKey,
        counts: HealthCounts,
        rebuild: { isUnderWayNow(): Promise<boolean> },
        rpcs: IdentifiedService['rpcs'],
        logger: Logger,
      ) =>
        new StatsServer({
          host: env.GRPC_HOST,
          port: env.GRPC_PORT,
          identityKey,
          counts,
          isBuiltAnew: async () => rebuild.isUnderWayNow(),
          further: [{ name: 'FailingWebhooks', rpcs }],
          logger,
        }),
    },
  ],
  exports: [STATS_SERVER],
})
export class HealthModule {}
