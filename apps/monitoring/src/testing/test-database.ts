import { migrate } from '@signalbox/postgres';
import { startTestBackends } from '@signalbox/testing';
import type { DataSource } from 'typeorm';
import { createMonitoringDataSource } from '../database/data-source.ts';

export async function startTestDatabase(): Promise<{ dataSource: DataSource; stop: () => Promise<void> }> {
  const backends = await startTestBackends();
  const dataSource = createMonitoringDataSource({ url: backends.databaseUrl });
  await dataSource.initialize();
  await migrate(dataSource);
  return {
    dataSource,
    stop: async () => {
      await dataSource.destroy();
      await backends.stop();
    },
  };
}
