import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { loadEnvironment } from '@signalbox/config';
import { topicSpecs } from '@signalbox/contracts';
import type { Identity, IdentityAudience } from '@signalbox/identity';
import { identityKeyFrom, issueIdentity } from '@signalbox/identity';
import type { KafkaConnection } from '@signalbox/kafka';
import { ensureTopics } from '@signalbox/kafka';
import { createLogger, nestLogger } from '@signalbox/observability';
import { migrate } from '@signalbox/postgres';
import type { TestBackends } from '@signalbox/testing';
import { startTestBackends } from '@signalbox/testing';
import { DataSource } from 'typeorm';
import { createMonitoringDataSource } from '../database/data-source.ts';
import { monitoringEnvironment } from '../monitoring.environment.ts';
import { MonitoringModule } from '../monitoring.module.ts';
import { Monitoring } from '../monitoring.ts';

const IDENTITY_KEY = Buffer.alloc(32, 7).toString('base64');

/** A database and topics of one's own, made ready, and what a monitoring on them is told. */
export interface PreparedMonitoring {
  readonly backends: TestBackends;
  /** As a process would have it. */
  readonly env: Readonly<Record<string, string>>;
  readonly connection: KafkaConnection;
}

/** `own`: other servers than those that all spec files share. */
export async function prepareMonitoring(own?: TestBackends): Promise<PreparedMonitoring> {
  const backends = own ?? (await startTestBackends());
  const connection = { brokers: backends.kafkaBrokers.split(','), clientId: 'monitoring-test' };
  await ensureTopics(connection, topicSpecs(backends.topics, backends.layout));
  const migrating = await createMonitoringDataSource({ url: backends.databaseUrl }).initialize();
  await migrate(migrating);
  await migrating.destroy();
  const env = {
    KAFKA_BROKERS: backends.kafkaBrokers,
    DATABASE_URL: backends.databaseUrl,
    TOPIC_PREFIX: backends.topicPrefix,
    AUTH_EVENT_TOPICS: backends.topics.authEvents.join(','),
    INTERNAL_IDENTITY_KEY: IDENTITY_KEY,
  };
  return { backends, connection, env };
}

/** A token of the public door; by default for this service, with every scope that only reads, made now. */
export async function identityOf(
  who: Partial<Identity> = {},
  audience: IdentityAudience = 'monitoring',
  atMs = Date.now(),
): Promise<string> {
  const scopes = ['webhooks:read', 'deliveries:read'];
  const identity = { tenantId: 'default', scopes, actor: 'test', ...who };
  return issueIdentity(identityKeyFrom(IDENTITY_KEY), identity, audience, atMs);
}

/** The whole service in this process, on a database and topics of its own. */
export interface RunningMonitoring extends PreparedMonitoring {
  readonly dataSource: DataSource;
  readonly url: string;
  /** Every route of its HTTP listener, such as `GET /api/hooks/:id/health`. */
  readonly routes: readonly string[];
  readonly grpcUrl: string;
  readonly identity: typeof identityOf;
  stop(): Promise<void>;
}

/**
 * With `beside`, a further instance on the same database and topics, to be stopped before who owns them; `change` is what
 * its environment differs by.
 */
export async function startMonitoring(
  beside?: PreparedMonitoring,
  change: Readonly<Record<string, string>> = {},
): Promise<RunningMonitoring> {
  const prepared = beside ?? (await prepareMonitoring());
  const rawEnv = { ...prepared.env, ...change };
  const env = loadEnvironment(monitoringEnvironment, rawEnv);
  const logger = createLogger({ service: 'monitoring', level: 'fatal' });
  const adapter = new FastifyAdapter({ forceCloseConnections: true });
  const routes: string[] = [];
  adapter.getInstance().addHook('onRoute', ({ method, path }) => {
    // Fastify adds a HEAD to every GET.
    for (const name of [method].flat()) if (name !== 'HEAD') routes.push(`${name} ${path}`);
  });
  const app = await NestFactory.create<NestFastifyApplication>(MonitoringModule.register(env, logger), adapter, {
    logger: nestLogger(logger),
    abortOnError: false,
  });
  await app.listen(0, '127.0.0.1');
  const monitoring = app.get(Monitoring);
  const grpcUrl = await monitoring.start();
  return {
    ...prepared,
    env: rawEnv,
    dataSource: app.get(DataSource),
    url: await app.getUrl(),
    routes,
    grpcUrl,
    identity: identityOf,
    stop: async () => {
      await monitoring.stop();
      await app.close();
      if (beside === undefined) await prepared.backends.stop();
    },
  };
}
