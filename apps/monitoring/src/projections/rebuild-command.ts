import {
  databaseEnvironment,
  kafkaConnectionOf,
  kafkaEnvironment,
  loadEnvironment,
  topicEnvironment,
} from '@signalbox/config';
import type { RawEnvironment } from '@signalbox/config';
import { groupNames, topicNames } from '@signalbox/contracts';
import { createGroupLagReader } from '@signalbox/kafka';
import { createLogger, createRegistry } from '@signalbox/observability';
import { assertMigrated } from '@signalbox/postgres';
import { createMonitoringDataSource } from '../database/data-source.ts';
import { retentionEnvironment } from '../monitoring.environment.ts';
import { PostgresRebuiltTables } from './adapters/postgres/rebuilt-tables.postgres.ts';
import { rebuild } from './application/rebuild.ts';
import { progressLine } from './progress-line.ts';
import { createProjections } from './projections.module.ts';

export interface RebuildOutput {
  /** A line that stays. */
  readonly print: (line: string) => void;
  /** A line that the next one may replace. */
  readonly show: (line: string) => void;
}

/** `rebuild`: makes the read models anew from the topics, beside running services or alone. */
export async function rebuildCommand(rawEnv: RawEnvironment, { print, show }: RebuildOutput): Promise<void> {
  const schema = databaseEnvironment.extend({
    ...kafkaEnvironment.shape,
    ...topicEnvironment.shape,
    ...retentionEnvironment.shape,
  });
  const env = loadEnvironment(schema, rawEnv);
  const topics = topicNames({ prefix: env.TOPIC_PREFIX, authEvents: env.AUTH_EVENT_TOPICS });
  const projected = [topics.deliveries, topics.attempts];
  const dataSource = await createMonitoringDataSource({ url: env.DATABASE_URL }).initialize();
  const logs = createGroupLagReader(kafkaConnectionOf(env));
  const logger = createLogger({ service: 'monitoring-rebuild', level: 'fatal' });
  const projections = createProjections(env, dataSource, logger, createRegistry());
  const startedAtMs = performance.now();
  let hasStarted = false;
  try {
    await assertMigrated(dataSource);
    await rebuild({
      tables: new PostgresRebuiltTables(dataSource, projected),
      project: async () => {
        hasStarted = true;
        await projections.start();
      },
      ranges: async () => logs.read([{ groupId: groupNames(env.TOPIC_PREFIX).projector, topics: projected }]),
      onBegin: (how) =>
        print(how === 'begun' ? 'the read models are emptied; projecting anew' : 'a rebuild was under way; going on'),
      onProgress: (done, total) => show(progressLine(done, total, performance.now() - startedAtMs)),
    });
    print('the read models are built anew');
  } finally {
    if (hasStarted) await projections.stop();
    await logs.stop();
    await dataSource.destroy();
  }
}
