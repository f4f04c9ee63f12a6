import { databaseEnvironment, loadEnvironment, loggingEnvironment, runService } from '@signalbox/config';
import { createLogger } from '@signalbox/observability';
import { migrate } from '@signalbox/postgres';
import { createMonitoringDataSource } from './database/data-source.ts';
import { PartitionMaintenance } from './database/adapters/postgres/partition-maintenance.ts';
import { retentionEnvironment, retentionMsOf } from './monitoring.environment.ts';

/** Brings the database up to date and makes the partitions of the next hours, then ends. */
await runService(async () => {
  const schema = databaseEnvironment.extend({ ...loggingEnvironment.shape, ...retentionEnvironment.shape });
  const env = loadEnvironment(schema, process.env);
  const logger = createLogger({ service: 'monitoring', level: env.LOG_LEVEL });
  const dataSource = createMonitoringDataSource({
    url: env.DATABASE_URL,
    onIdleError: (error) => logger.warn({ err: error }, 'database.connection_lost'),
  });
  await dataSource.initialize();
  try {
    const migrations = await migrate(dataSource);
    const { made } = await new PartitionMaintenance(dataSource).run(retentionMsOf(env));
    logger.info({ migrations, partitions: made.length }, 'database.migrated');
  } finally {
    await dataSource.destroy();
  }
});
