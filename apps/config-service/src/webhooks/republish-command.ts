import { parseArgs } from 'node:util';
import {
  databaseEnvironment,
  kafkaConnectionOf,
  kafkaEnvironment,
  loadEnvironment,
  topicEnvironment,
} from '@signalbox/config';
import type { RawEnvironment } from '@signalbox/config';
import { topicNames } from '@signalbox/contracts';
import { createLogger } from '@signalbox/observability';
import { assertMigrated, createDataSource } from '@signalbox/postgres';
import { z } from 'zod';
import { databaseOptions } from '../database.ts';
import { makeRelay } from '../outbox/make-relay.ts';
import { KafkaToldTopics } from './adapters/kafka/told-topics.kafka.ts';
import { PostgresDatabaseState } from './adapters/postgres/database-state.postgres.ts';
import { PostgresRepublication } from './adapters/postgres/republication.postgres.ts';
import { republishWebhooks } from './application/republish-webhooks.ts';
import { TopicGate } from './application/topic-gate.ts';

const environment = z.object({
  ...databaseEnvironment.shape,
  ...kafkaEnvironment.shape,
  ...topicEnvironment.shape,
});

/**
 * `republish`: tells the topic `webhooks` all that the database has, in a new epoch. For a topic that was emptied, and for
 * a database that was restored. Answers the exit code: 0 once all of it is on the topic.
 */
export async function republishCommand(
  args: readonly string[],
  rawEnv: RawEnvironment,
  print: (line: string) => void,
): Promise<number> {
  parseArgs({ args: [...args], options: {} });
  const env = loadEnvironment(environment, rawEnv);
  const logger = createLogger({ service: 'config-service', level: 'silent' });
  const names = topicNames({ prefix: env.TOPIC_PREFIX, authEvents: env.AUTH_EVENT_TOPICS });
  const dataSource = await createDataSource(databaseOptions(env.DATABASE_URL)).initialize();
  try {
    await assertMigrated(dataSource);
    const topics = new KafkaToldTopics(kafkaConnectionOf(env), names);
    const isDone = await republishWebhooks({
      topics,
      republication: new PostgresRepublication(dataSource),
      onProgress: print,
      publish: async (untilPublished) => {
        const database = new PostgresDatabaseState(dataSource);
        const relay = makeRelay(env, {
          gate: new TopicGate({ database, topics, onBehind: (lack) => print(`still behind: ${lack}`) }),
          logger,
          onClosed: () => undefined,
          onPublished: () => undefined,
          onTrouble: (error) => print(`tried again after: ${error instanceof Error ? error.message : String(error)}`),
        });
        relay.start();
        await untilPublished();
        await relay.stop();
      },
    });
    if (!isDone) print('another republish was begun meanwhile, and does the rest');
    return isDone ? 0 : 1;
  } finally {
    await dataSource.destroy();
  }
}
