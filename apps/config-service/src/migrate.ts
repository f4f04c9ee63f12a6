import { databaseEnvironment, loadEnvironment, loggingEnvironment, runService } from '@signalbox/config';
import { createLogger } from '@signalbox/observability';
import { createDataSource, migrate } from '@signalbox/postgres';
import { z } from 'zod';
import { databaseOptions } from './database.ts';

/** Makes or completes the schema `config`, and exits. */
await runService(async () => {
  const schema = z.object({ ...loggingEnvironment.shape, ...databaseEnvironment.shape });
  const env = loadEnvironment(schema, process.env);
  const logger = createLogger({ service: 'config-service', level: env.LOG_LEVEL });
  const dataSource = await createDataSource(databaseOptions(env.DATABASE_URL)).initialize();
  try {
    logger.info({ migrations: await migrate(dataSource) }, 'database.migrated');
  } finally {
    await dataSource.destroy();
  }
});
