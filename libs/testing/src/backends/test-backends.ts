import { topicNames, type TopicLayout, type TopicNames } from '@signalbox/contracts';
import { dropDatabase, ensureDatabase } from '@signalbox/sandbox';
import { randomBytes } from 'node:crypto';
import { startBackendServers } from './backend-servers.ts';
import type { BackendServers } from './running-servers.ts';

/** Real Kafka and Postgres as one spec file sees them: nothing in them is anybody else's. */
export interface TestBackends {
  /** Comma list, as `KAFKA_BROKERS`. */
  readonly kafkaBrokers: string;
  /** To an empty database, made for the caller. */
  readonly databaseUrl: string;
  /** Of the caller alone; e.g. `t3f9a.`. No topic is made yet. */
  readonly topicPrefix: string;
  readonly topics: TopicNames;
  /** Few partitions, one replica: for `topicSpecs` or `ensureTopics`. */
  readonly layout: TopicLayout;
  /** Drops the database. Kafka and Postgres run on for other spec files. */
  stop(): Promise<void>;
}

/** Set by the global setup of the `int` project: where the one Kafka and the one Postgres of this run are asked for. */
export const BACKENDS_VARIABLE = 'SIGNALBOX_TEST_BACKENDS';

let ownServers: Promise<BackendServers> | undefined;

/**
 * A database and a topic prefix of one's own on the Kafka and the Postgres that all spec files of a jest run share.
 * They start on the first call, which therefore takes some 3 s; call it in `beforeAll` and `stop()` in `afterAll`.
 * Outside of the `int` project they are this process's own, and end with it.
 */
export async function startTestBackends(): Promise<TestBackends> {
  const servers = await sharedServers();
  const id = `t${randomBytes(5).toString('hex')}`;
  const topicPrefix = `${id}.`;
  return {
    kafkaBrokers: servers.kafkaBrokers,
    databaseUrl: await ensureDatabase(servers.postgresUrl, id),
    topicPrefix,
    topics: topicNames({ prefix: topicPrefix, authEvents: [`${topicPrefix}auth-events`] }),
    layout: { partitions: 4, retryPartitions: 2, replicationFactor: 1, minInsyncReplicas: 1 },
    stop: () => dropDatabase(servers.postgresUrl, id),
  };
}

async function sharedServers(): Promise<Pick<BackendServers, 'kafkaBrokers' | 'postgresUrl'>> {
  const url = process.env[BACKENDS_VARIABLE];
  if (url === undefined) {
    ownServers ??= startBackendServers();
    return ownServers;
  }
  const response = await fetch(url);
  if (!response.ok) throw new Error(await response.text());
  return (await response.json()) as BackendServers;
}
