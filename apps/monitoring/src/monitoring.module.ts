import type { DynamicModule } from '@nestjs/common';
import { Global, Module } from '@nestjs/common';
import { APP_INTERCEPTOR } from '@nestjs/core';
import type { Logger, ReadinessCheck, Registry, Tracing } from '@signalbox/observability';
import { OpsModule, createRegistry, openTracing } from '@signalbox/observability';
import { AccessModule } from './access/access.module.ts';
import { StaleDataInterceptor } from './access/stale-data.interceptor.ts';
import { MaintenanceTimer } from './database/application/maintenance-timer.ts';
import { DATABASE_READINESS, DatabaseModule } from './database/database.module.ts';
import { DeadLetters } from './dead-letters/dead-letters.ts';
import { DeadLettersModule } from './dead-letters/dead-letters.module.ts';
import type { StatsServer } from './health/adapters/grpc/stats.server.ts';
import { HealthModule, STATS_SERVER } from './health/health.module.ts';
import type { Live } from './live/live.ts';
import { LIVE } from './live/live.ts';
import { LiveModule } from './live/live.module.ts';
import type { MonitoringEnvironment } from './monitoring.environment.ts';
import { Monitoring } from './monitoring.ts';
import type { Operations } from './operations/operations.ts';
import { OPERATIONS } from './operations/operations.ts';
import { OperationsModule } from './operations/operations.module.ts';
import type { RebuildWatch } from './projections/application/rebuild-watch.ts';
import { Projections } from './projections/projections.ts';
import { ProjectionsModule, REBUILD_WATCH } from './projections/projections.module.ts';
import { RequestLogModule } from './request-log/request-log.module.ts';
import { Resends } from './resends/resends.ts';
import { ResendsModule } from './resends/resends.module.ts';
import { ENVIRONMENT, LOGGER, REGISTRY, TRACING } from './shared.ts';

/** What every slice needs. */
@Global()
@Module({})
class SharedModule {
  static register(env: MonitoringEnvironment, logger: Logger): DynamicModule {
    const providers = [
      { provide: ENVIRONMENT, useValue: env },
      { provide: LOGGER, useValue: logger },
      { provide: REGISTRY, useFactory: createRegistry },
      { provide: TRACING, useFactory: async () => openTracing(env, 'monitoring') },
    ];
    return { module: SharedModule, providers, exports: providers.map(({ provide }) => provide) };
  }
}

/** monitoring's root of wiring. */
@Module({})
export class MonitoringModule {
  static register(env: MonitoringEnvironment, logger: Logger): DynamicModule {
    return {
      module: MonitoringModule,
      imports: [
        SharedModule.register(env, logger),
        AccessModule,
        DatabaseModule,
        ProjectionsModule,
        RequestLogModule,
        HealthModule,
        DeadLettersModule,
        ResendsModule,
        OperationsModule,
        LiveModule,
        OpsModule.registerAsync({
          imports: [ProjectionsModule, DeadLettersModule],
          inject: [DATABASE_READINESS, Projections, DeadLetters, REGISTRY],
          useFactory: (
            database: ReadinessCheck,
            projections: Projections,
            deadLetters: DeadLetters,
            registry: Registry,
          ) => ({
            checks: [database, projections.readiness, deadLetters.readiness],
            registry,
          }),
        }),
      ],
      providers: [
        {
          provide: APP_INTERCEPTOR,
          inject: [Projections, REBUILD_WATCH],
          useFactory: (projections: Projections, rebuild: RebuildWatch) =>
            new StaleDataInterceptor({
              lately: async () => projections.isStale || (await rebuild.isUnderWay()),
              now: async () => projections.isStale || (await rebuild.isUnderWayNow()),
            }),
        },
        {
          provide: Monitoring,
          inject: [Projections, Resends, STATS_SERVER, MaintenanceTimer, DeadLetters, OPERATIONS, LIVE, TRACING],
          useFactory: (
            projections: Projections,
            resends: Resends,
            statsServer: StatsServer,
            maintenance: MaintenanceTimer,
            deadLetters: DeadLetters,
            operations: Operations,
            live: Live,
            tracing: Tracing | undefined,
          ) =>
            new Monitoring({ projections, resends, statsServer, maintenance, deadLetters, operations, live, tracing }),
        },
      ],
    };
  }
}
