import { kafkaConnectionOf, loadEnvironment } from '@signalbox/config';
import type { RawEnvironment } from '@signalbox/config';
import { groupNames, topicNames } from '@signalbox/contracts';
import { MissingTopicError, createGroupLagReader, partitionOfKey } from '@signalbox/kafka';
import { createLogger, createRegistry } from '@signalbox/observability';
import { assertMigrated } from '@signalbox/postgres';
import { createMonitoringDataSource } from '../database/data-source.ts';
import { logCommandEnvironment, retentionMsOf } from '../monitoring.environment.ts';
import { readLogRemains } from './adapters/kafka/log-remains.kafka.ts';
import { PostgresRebuiltTables } from './adapters/postgres/rebuilt-tables.postgres.ts';
import { lossText } from './application/rebuild-refused.ts';
import { rebuild } from './application/rebuild.ts';
import { progressLine } from './progress-line.ts';
import { createProjections } from './projections.module.ts';

export interface RebuildOutput {
  /** A line that stays. */
  readonly print: (line: string) => void;
  /** A line that the next one may replace. */
  readonly show: (line: string) => void;
}

/**
 * `rebuild`: makes the read models anew from the topics, beside running services or alone. Rejects with `RebuildRefused` where
 * the topics cannot restore all of them and it is not forced.
 */
export async function rebuildCommand(
  rawEnv: RawEnvironment,
  { print, show }: RebuildOutput,
  isForced = false,
): Promise<void> {
  const env = loadEnvironment(logCommandEnvironment, rawEnv);
  const topics = topicNames({ prefix: env.TOPIC_PREFIX, authEvents: env.AUTH_EVENT_TOPICS });
  const projected = [topics.deliveries, topics.attempts];
  const dataSource = await createMonitoringDataSource({ url: env.DATABASE_URL }).initialize();
  const connection = kafkaConnectionOf(env);
  const logs = createGroupLagReader(connection);
  const logger = createLogger({ service: 'monitoring-rebuild', level: 'fatal' });
  const projections = createProjections(env, dataSource, logger, createRegistry());
  const startedAtMs = performance.now();
  let hasStarted = false;
  try {
    await assertMigrated(dataSource);
    await rebuild({
      tables: new PostgresRebuiltTables(dataSource, projected, retentionMsOf(env)),
      factsTopic: topics.attempts,
      project: async () => {
        hasStarted = true;
        await projections.start();
      },
      ranges: async () => {
        const ranges = await logs.read([{ groupId: groupNames(env.TOPIC_PREFIX).projector, topics: projected }]);
        const missing = projected.filter((name) => !ranges.some(({ topic }) => topic === name));
        if (missing.length > 0) throw new MissingTopicError(missing);
        return ranges;
      },
      remainsOf: async (cut) => readLogRemains(connection, cut),
      partitionOf: partitionOfKey,
      isForced,
      onLost: (loss) => print(`forced: ${lossText(loss)}`),
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
