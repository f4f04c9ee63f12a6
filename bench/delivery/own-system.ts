import { kafkaConnectionOf, kafkaEnvironment, loadEnvironment } from '@signalbox/config';
import type { TopicLayout } from '@signalbox/contracts';
import {
  createSandbox,
  type Environment,
  type Sandbox,
  type SandboxOptions,
  type ServiceName,
} from '@signalbox/sandbox';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { DeliveryOptions } from './options.ts';
import type { System } from './system.ts';

/**
 * A sandbox in a new folder, so that no run inherits the data of another. On the operator's Kafka the topics get a prefix
 * of their own, and stay. Profiles of the drain are written to `profileDir/<service>.cpuprofile`.
 */
export async function startOwnSystem(
  options: Pick<DeliveryOptions, 'services' | 'profiled'> & Pick<SandboxOptions, 'env' | 'instances'>,
  profileDir: string,
  control: Required<Pick<SandboxOptions, 'signal' | 'onLine' | 'onFatal'>>,
): Promise<System> {
  const dir = await mkdtemp(join(tmpdir(), 'signalbox-bench-'));
  const clean = (): Promise<void> => rm(dir, { recursive: true, force: true });
  const keyring = `bench=${randomBytes(32).toString('base64')}`;
  const kafkaBrokers = process.env['KAFKA_BROKERS'];
  const databaseUrl = process.env['DATABASE_URL'];
  const unique = `bench-${randomBytes(4).toString('hex')}`;
  const prefix = kafkaBrokers ? `${unique}.` : 'signalbox.';
  try {
    const sandbox = await createSandbox({
      ...control,
      dir,
      services: options.services,
      ...(options.instances && { instances: options.instances }),
      env: {
        ...kafkaSettings(),
        LOG_LEVEL: 'warn',
        RATE_LIMIT_PER_SECOND: '0',
        SECRETS_KEYRING: keyring,
        ...options.env,
      },
      serviceEnv: profilingOf(options, profileDir),
      ...(kafkaBrokers && { kafkaBrokers, makeAuthEventTopics: true }),
      ...(databaseUrl && { databaseUrl }),
      topics: { prefix, authEvents: [kafkaBrokers ? `${unique}.auth-events` : 'auth-events'], layout: topicLayout() },
    });
    return systemOf(sandbox, keyring, prefix, clean);
  } catch (error) {
    await clean();
    throw error;
  }
}

function systemOf(sandbox: Sandbox, keyring: string, prefix: string, clean: () => Promise<void>): System {
  const { topics, kafkaBrokers, apiUrl, databaseUrl } = sandbox.runInfo;
  const { kafka, postgres } = sandbox;
  return {
    connection: {
      ...kafkaConnectionOf(loadEnvironment(kafkaEnvironment, { ...kafkaSettings(), KAFKA_BROKERS: kafkaBrokers })),
      clientId: 'signalbox-bench',
    },
    topics,
    prefix,
    isOwnKafka: kafka !== undefined,
    api: sandbox.serviceNames.includes('config-service') ? { url: apiUrl, databaseUrl } : undefined,
    keyring,
    processes: [
      ...sandbox.serviceNames.map((name) => ({ name, pid: () => sandbox.pidOf(name) })),
      ...(kafka?.nodes ?? []).map((node) => ({ name: 'Kafka', pid: () => node.pid })),
      ...(postgres ? [{ name: 'Postgres', pid: () => postgres.pid }] : []),
    ],
    services: {
      stop: (name) => sandbox.stopService(name),
      kill: (name) => sandbox.killService(name),
      start: (name) => sandbox.startService(name),
      logFile: (name) => join(sandbox.dir, 'logs', `${name}.log`),
    },
    opsUrls: () => new Map(sandbox.runInfo.processes.map(({ name, opsUrl }) => [name, opsUrl])),
    async stop() {
      await sandbox.stop();
      await clean();
    },
  };
}

/** Of the services' own variables those that are set. */
function topicLayout(): Partial<TopicLayout> {
  const variables = {
    partitions: 'TOPIC_PARTITIONS',
    retryPartitions: 'TOPIC_RETRY_PARTITIONS',
    replicationFactor: 'TOPIC_REPLICATION',
    minInsyncReplicas: 'TOPIC_MIN_ISR',
  };
  const entries = Object.entries(variables).flatMap(([field, name]) => {
    const text = process.env[name];
    return text ? [[field, Number(text)] as const] : [];
  });
  return Object.fromEntries(entries);
}

/** SASL and TLS, as the operator's Kafka needs them. */
function kafkaSettings(): Environment {
  const entries = Object.entries(process.env).filter(
    (entry): entry is [string, string] => /^KAFKA_(SASL|TLS)/.test(entry[0]) && entry[1] !== undefined,
  );
  return Object.fromEntries(entries);
}

function profilingOf(
  { profiled }: Pick<DeliveryOptions, 'profiled'>,
  profileDir: string,
): NonNullable<SandboxOptions['serviceEnv']> {
  const preload = pathToFileURL(join(import.meta.dirname, '..', 'measure', 'profiled-process.ts')).href;
  const serviceEnv: Partial<Record<ServiceName, Environment>> = {};
  for (const name of profiled) {
    const file = join(profileDir, `${name}.cpuprofile`);
    serviceEnv[name] = { NODE_OPTIONS: `--import=${preload}`, BENCH_PROFILE_FILE: file };
  }
  return serviceEnv;
}
