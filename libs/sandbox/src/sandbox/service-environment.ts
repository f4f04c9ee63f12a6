import type { TopicLayout, TopicNames } from '@signalbox/contracts';
import { join } from 'node:path';
import type { SandboxSecrets } from '../folder/secrets.ts';
import { cacheFolder } from '../paths.ts';
import type { Environment } from './sandbox-options.ts';
import { appOf, rolesOf, type ServiceName } from './service-names.ts';

/** All that is known before the first service starts. */
export interface SandboxFacts {
  readonly kafkaBrokers: string;
  readonly databaseUrl: string;
  readonly secrets: SandboxSecrets;
  readonly prefix: string;
  readonly topics: TopicNames;
  readonly layout: TopicLayout;
  readonly consoleDir: string;
  readonly monitoring: { readonly httpPort: number; readonly grpcPort: number };
  /** Of the process with the sender's role. */
  readonly dispatcher: { readonly grpcPort: number };
  readonly config: { readonly grpcPort: number };
}

export interface ServicePorts {
  readonly ops: number;
  /** Of services that have them. */
  readonly http?: number;
  readonly grpc?: number;
}

/**
 * Of this process's own environment, what any program may need. `npm start` hands what is set in its shell on by
 * `SandboxOptions.env`; whoever else makes a sandbox, a test or a benchmark, gets no service that depends on a shell.
 */
const INHERITED = ['PATH', 'HOME', 'TMPDIR', 'TZ', 'LANG', 'NODE_EXTRA_CA_CERTS', 'SSL_CERT_FILE', 'SSL_CERT_DIR'];

/** Webhooks of a sandbox point to receivers on this machine, which have no TLS and any port. */
const SANDBOX_DEFAULTS: Environment = {
  NODE_ENV: 'development',
  EGRESS_ALLOW: '127.0.0.0/8+http,::1/128+http',
  EGRESS_PORTS: '80-65535',
  KAFKAJS_NO_PARTITIONER_WARNING: '1',
};

function inheritedEnvironment(): Environment {
  const inherited: Record<string, string> = {};
  for (const name of INHERITED) {
    const value = process.env[name];
    if (value !== undefined) inherited[name] = value;
  }
  return inherited;
}

/** What every process of ours gets: nothing that only one of the services should know. */
export const ownEnvironment = (env: Environment): Environment => ({
  ...inheritedEnvironment(),
  ...SANDBOX_DEFAULTS,
  // Compiled code is kept from start to start: a service is ready with a quarter less CPU.
  NODE_COMPILE_CACHE: join(cacheFolder(), 'node-compile'),
  ...withoutSecrets(env),
});

/** What {@link serviceEnvironment} gives to the services that need it. */
const OF_SOME_SERVICES = new Set([
  'BOOTSTRAP_API_KEY',
  'SECRETS_KEYRING',
  'INTERNAL_IDENTITY_KEY',
  'DATABASE_URL',
  'EGRESS_PROXY_URL',
]);

const secretOf = (name: string): string => name.replace(/_FILE$/, '');

const withoutSecrets = (env: Environment): Environment =>
  Object.fromEntries(Object.entries(env).filter(([name]) => !OF_SOME_SERVICES.has(secretOf(name))));

/** It may hold credentials, and only the dispatcher goes out. */
const proxyOf = (env: Environment): Environment =>
  Object.fromEntries(Object.entries(env).filter(([name]) => secretOf(name) === 'EGRESS_PROXY_URL'));

/** What every process that talks to Kafka gets. */
export function commonEnvironment(facts: SandboxFacts, env: Environment): Environment {
  return {
    ...ownEnvironment(env),
    KAFKA_BROKERS: facts.kafkaBrokers,
    TOPIC_PREFIX: facts.prefix,
    AUTH_EVENT_TOPICS: facts.topics.authEvents.join(','),
    TOPIC_PARTITIONS: String(facts.layout.partitions),
    TOPIC_RETRY_PARTITIONS: String(facts.layout.retryPartitions),
    TOPIC_REPLICATION: String(facts.layout.replicationFactor),
    TOPIC_MIN_ISR: String(facts.layout.minInsyncReplicas),
  };
}

/** The environment of one service process: no more of the secrets than it needs. */
export function serviceEnvironment(
  service: ServiceName,
  ports: ServicePorts,
  facts: SandboxFacts,
  env: Environment,
): Environment {
  const { secrets, monitoring } = facts;
  const roles = rolesOf(service);
  const own: Environment = {
    ...commonEnvironment(facts, env),
    OPS_HOST: '127.0.0.1',
    OPS_PORT: String(ports.ops),
    ...(ports.http !== undefined && { HTTP_HOST: '127.0.0.1', HTTP_PORT: String(ports.http) }),
    ...(ports.grpc !== undefined && { GRPC_HOST: '127.0.0.1', GRPC_PORT: String(ports.grpc) }),
    ...(roles !== undefined && { DISPATCHER_ROLES: roles }),
  };
  switch (appOf(service)) {
    case 'config-service':
      return {
        ...own,
        DATABASE_URL: facts.databaseUrl,
        BOOTSTRAP_API_KEY: secrets.apiKey,
        SECRETS_KEYRING: secrets.keyring,
        INTERNAL_IDENTITY_KEY: secrets.identityKey,
        MONITORING_URL: `http://127.0.0.1:${monitoring.httpPort}`,
        MONITORING_GRPC_URL: `127.0.0.1:${monitoring.grpcPort}`,
        DISPATCHER_GRPC_URL: `127.0.0.1:${facts.dispatcher.grpcPort}`,
        CONSOLE_DIR: facts.consoleDir,
      };
    case 'monitoring':
      return { ...own, DATABASE_URL: facts.databaseUrl, INTERNAL_IDENTITY_KEY: secrets.identityKey };
    default:
      return {
        ...own,
        ...proxyOf(env),
        SECRETS_KEYRING: secrets.keyring,
        INTERNAL_IDENTITY_KEY: secrets.identityKey,
        CONFIG_GRPC_URL: `127.0.0.1:${facts.config.grpcPort}`,
      };
  }
}
