import type { OnApplicationShutdown } from '@nestjs/common';
import { Global, Inject, Module } from '@nestjs/common';
import { assertMigrated } from '@signalbox/postgres';
import type { Logger, ReadinessCheck } from '@signalbox/observability';
import { DataSource } from 'typeorm';
import type { MonitoringEnvironment } from '../monitoring.environment.ts';
import { retentionMsOf } from '../monitoring.environment.ts';
import { ENVIRONMENT, LOGGER } from '../shared.ts';
import { PartitionMaintenance } from './adapters/postgres/partition-maintenance.ts';
import { createMonitoringDataSource } from './data-source.ts';
import { MaintenanceTimer } from './application/maintenance-timer.ts';

export const DATABASE_READINESS = Symbol('DatabaseReadiness');

@Global()
@Module({
  providers: [
    {
      provide: DataSource,
      inject: [ENVIRONMENT, LOGGER],
      useFactory: async (env: MonitoringEnvironment, logger: Logger): Promise<DataSource> => {
        const onIdleError = (error: unknown): void => logger.warn({ err: error }, 'database.connection_lost');
        const dataSource = await createMonitoringDataSource({ url: env.DATABASE_URL, onIdleError }).initialize();
        await assertMigrated(dataSource);
        return dataSource;
      },
    },
    {
      provide: MaintenanceTimer,
      inject: [DataSource, ENVIRONMENT, LOGGER],
      useFactory: (dataSource: DataSource, env: MonitoringEnvironment, logger: Logger): MaintenanceTimer =>
        new MaintenanceTimer(new PartitionMaintenance(dataSource), retentionMsOf(env), logger),
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
  exports: [DataSource, DATABASE_READINESS, MaintenanceTimer],
})
export class DatabaseModule implements OnApplicationShutdown {
  readonly #dataSource: DataSource;

  constructor(@Inject(DataSource) dataSource: DataSource) {
    this.#dataSource = dataSource;
  }

  async onApplicationShutdown(): Promise<void> {
    if (this.#dataSource.isInitialized) await this.#dataSource.destroy();
  }
}
