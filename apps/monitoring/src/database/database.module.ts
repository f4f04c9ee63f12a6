import type { OnApplicationShutdown } from '@nestjs/common';
import { Global, Inject, Module } from '@nestjs/common';
import { assertMigrated } from '@signalbox/postgres';
import type { Logger, ReadinessCheck, Registry } from '@signalbox/observability';
import { DataSource } from 'typeorm';
import type { MonitoringEnvironment } from '../monitoring.environment.ts';
import { retentionMsOf } from '../monitoring.environment.ts';
import { ENVIRONMENT, LOGGER, REGISTRY } from '../shared.ts';
import { maintenanceMetrics } from './adapters/metrics/maintenance.metrics.ts';
import { PartitionMaintenance } from './adapters/postgres/partition-maintenance.ts';
import { createMonitoringDataSource } from './data-source.ts';
import { MaintenanceTimer } from './application/maintenance-timer.ts';

export const DATABASE_READINESS = Symbol('DatabaseReadiness');
/**
 * The projector's own connections: calls of the API that wait for one must not hold up what is projected, nor the other
 * way round. One for the transaction under way, one for positions after a join.
 */
export const PROJECTION_DATABASE = Symbol('ProjectionDatabase');
const PROJECTION_CONNECTIONS = 2;

@Global()
@Module({
  providers: [
    {
      provide: DataSource,
      inject: [ENVIRONMENT, LOGGER],
      useFactory: async (env: MonitoringEnvironment, logger: Logger): Promise<DataSource> => {
        const dataSource = await connect(env, logger);
        await assertMigrated(dataSource);
        return dataSource;
      },
    },
    {
      provide: PROJECTION_DATABASE,
      inject: [ENVIRONMENT, LOGGER],
      useFactory: async (env: MonitoringEnvironment, logger: Logger): Promise<DataSource> =>
        connect(env, logger, PROJECTION_CONNECTIONS),
    },
    {
      provide: MaintenanceTimer,
      inject: [DataSource, ENVIRONMENT, LOGGER, REGISTRY],
      useFactory: (
        dataSource: DataSource,
        env: MonitoringEnvironment,
        logger: Logger,
        registry: Registry,
      ): MaintenanceTimer => {
        const maintenance = new PartitionMaintenance(dataSource);
        return new MaintenanceTimer(maintenance, retentionMsOf(env), logger, maintenanceMetrics(registry));
      },
    },
    {
      provide: DATABASE_READINESS,
      inject: [DataSource],
      useFactory: (dataSource: DataSource): ReadinessCheck => ({
        name: 'postgres',
        reasonNotReady: async () => {
          await dataSource.query('SELECT 1');
          return null;
        },
      }),
    },
  ],
  exports: [DataSource, PROJECTION_DATABASE, DATABASE_READINESS, MaintenanceTimer],
})
export class DatabaseModule implements OnApplicationShutdown {
  readonly #dataSources: readonly DataSource[];

  constructor(@Inject(DataSource) ofCalls: DataSource, @Inject(PROJECTION_DATABASE) ofProjection: DataSource) {
    this.#dataSources = [ofCalls, ofProjection];
  }

  async onApplicationShutdown(): Promise<void> {
    const open = this.#dataSources.filter(({ isInitialized }) => isInitialized);
    await Promise.all(open.map(async (dataSource) => dataSource.destroy()));
  }
}

async function connect(env: MonitoringEnvironment, logger: Logger, poolSize?: number): Promise<DataSource> {
  const onIdleError = (error: unknown): void => logger.warn({ err: error }, 'database.connection_lost');
  const size = poolSize === undefined ? {} : { poolSize };
  return createMonitoringDataSource({ url: env.DATABASE_URL, onIdleError, ...size }).initialize();
}
