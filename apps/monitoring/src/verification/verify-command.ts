import {
  databaseEnvironment,
  kafkaConnectionOf,
  kafkaEnvironment,
  loadEnvironment,
  topicEnvironment,
} from '@signalbox/config';
import type { RawEnvironment } from '@signalbox/config';
import { topicNames } from '@signalbox/contracts';
import { createTailReader } from '@signalbox/kafka';
import { inTransaction } from '@signalbox/postgres';
import { createMonitoringDataSource } from '../database/data-source.ts';
import { retentionEnvironment, retentionMsOf } from '../monitoring.environment.ts';
import { PostgresStoredCounts } from './adapters/postgres/stored-counts.postgres.ts';
import { verify } from './application/verify.ts';

/** More than these say nothing new to a reader; their number is printed. */
const MAX_PRINTED = 50;

/** `verify`: prints what differs between the facts and the tables. Returns whether nothing does. */
export async function verifyCommand(rawEnv: RawEnvironment, print: (line: string) => void): Promise<boolean> {
  const schema = databaseEnvironment.extend({
    ...kafkaEnvironment.shape,
    ...topicEnvironment.shape,
    ...retentionEnvironment.shape,
  });
  const env = loadEnvironment(schema, rawEnv);
  const topic = topicNames({ prefix: env.TOPIC_PREFIX, authEvents: env.AUTH_EVENT_TOPICS }).attempts;
  const dataSource = createMonitoringDataSource({ url: env.DATABASE_URL });
  const failed = Promise.withResolvers<never>();
  const reader = createTailReader({ connection: kafkaConnectionOf(env), topic, onFatal: failed.reject });
  try {
    await Promise.all([dataSource.initialize(), reader.start()]);
    const keptSinceMs = Date.now() - retentionMsOf(env);
    const verifying = inTransaction(
      dataSource,
      async (manager) => {
        // Reading the topic may take longer than a statement or an idle transaction may otherwise.
        await manager.query('SET LOCAL idle_in_transaction_session_timeout = 0');
        await manager.query('SET LOCAL statement_timeout = 0');
        return verify({ topic, reader, stored: new PostgresStoredCounts(manager), keptSinceMs });
      },
      { isolation: 'REPEATABLE READ' },
    );
    const { facts, unreadable, deliveries, sinceMs, differences } = await Promise.race([verifying, failed.promise]);
    print(`${facts} facts of ${topic} read up to where they are projected, ${unreadable} unreadable records left out`);
    print(`${deliveries} deliveries compared, first scheduled from ${new Date(sinceMs).toISOString()} on`);
    for (const difference of differences.slice(0, MAX_PRINTED)) print(difference);
    if (differences.length > MAX_PRINTED) print(`… and ${differences.length - MAX_PRINTED} more`);
    print(differences.length === 0 ? 'no difference' : `${differences.length} differences`);
    return differences.length === 0;
  } finally {
    await reader.stop();
    if (dataSource.isInitialized) await dataSource.destroy();
  }
}
