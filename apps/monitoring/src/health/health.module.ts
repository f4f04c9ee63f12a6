import { Module } from '@nestjs/common';
import type { IdentityKey } from '@signalbox/identity';
import type { Logger } from '@signalbox/observability';
import { DataSource } from 'typeorm';
import { IDENTITY_KEY } from '../access/identity.guard.ts';
import type { MonitoringEnvironment } from '../monitoring.environment.ts';
import { ENVIRONMENT, LOGGER } from '../shared.ts';
import { StatsServer } from './adapters/grpc/stats.server.ts';
import { WebhookHealthController } from './adapters/http/health.controller.ts';
import { PostgresHealthCounts } from './adapters/postgres/health-counts.postgres.ts';
import type { HealthCounts } from './application/health-counts.port.ts';
import { HEALTH_COUNTS } from './application/health-counts.port.ts';

export const STATS_SERVER = Symbol('StatsServer');

@Module({
  controllers: [WebhookHealthController],
  providers: [
    {
      provide: HEALTH_COUNTS,
      inject: [DataSource],
      useFactory: (dataSource: DataSource) => new PostgresHealthCounts(dataSource),
    },
    {
      provide: STATS_SERVER,
      inject: [ENVIRONMENT, IDENTITY_KEY, HEALTH_COUNTS, LOGGER],
      useFactory: (env: MonitoringEnvironment, identityKey: IdentityKey, counts: HealthCounts, logger: Logger) =>
        new StatsServer({ host: env.GRPC_HOST, port: env.GRPC_PORT, identityKey, counts, logger }),
    },
  ],
  exports: [STATS_SERVER],
})
export class HealthModule {}
