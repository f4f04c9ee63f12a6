import { integerVariable, loadEnvironment, topicEnvironment } from '@signalbox/config';
import { readFileSync } from 'node:fs';
import type { SandboxOptions } from '../sandbox/sandbox-options.ts';
import { SERVICES_BY_ROLE, SERVICES_IN_ONE } from '../sandbox/service-names.ts';

type Variables = Readonly<Record<string, string | undefined>>;

const port = () => integerVariable({ min: 1, max: 65_535 }).optional().describe('a port from 1 to 65535');

const startEnvironment = topicEnvironment.extend({
  HTTP_PORT: port(),
  GRPC_PORT: port(),
  SIGNALBOX_KAFKA_PORT: port(),
  SIGNALBOX_POSTGRES_PORT: port(),
});

/** The sandbox decides these itself for each service; in the shell of `npm start` they mean something else or nothing. */
const NOT_PASSED_ON =
  /^(npm_|SIGNALBOX_)|^(NODE_OPTIONS|INIT_CWD|HTTP_HOST|HTTP_PORT|GRPC_HOST|GRPC_PORT|OPS_HOST|OPS_PORT|DISPATCHER_ROLES|DATABASE_URL)$/;

/** Secrets that may be given as `<NAME>_FILE`; the sandbox has to know them itself. */
const SECRETS = ['BOOTSTRAP_API_KEY', 'SECRETS_KEYRING', 'INTERNAL_IDENTITY_KEY', 'DATABASE_URL'];

/**
 * What the environment of `npm start` asks for.
 * @throws InvalidEnvironment naming every fault
 */
export function startOptions(variables: Variables): Omit<SandboxOptions, 'dir'> {
  const given = withoutForeignKafka(withSecretFiles(variables));
  const parsed = loadEnvironment(startEnvironment, given);
  const isSet = (name: string): boolean => (given[name] ?? '') !== '';
  const passedOn = Object.entries(given).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && entry[1] !== '' && !NOT_PASSED_ON.test(entry[0]),
  );
  const ports = {
    http: parsed.HTTP_PORT,
    grpc: parsed.GRPC_PORT,
    kafka: parsed.SIGNALBOX_KAFKA_PORT,
    postgres: parsed.SIGNALBOX_POSTGRES_PORT,
  };
  const variableOf = {
    http: 'HTTP_PORT',
    grpc: 'GRPC_PORT',
    kafka: 'SIGNALBOX_KAFKA_PORT',
    postgres: 'SIGNALBOX_POSTGRES_PORT',
  };
  const configured = Object.entries(ports).flatMap(([kind, number]) =>
    number === undefined ? [] : [[kind, { port: number, by: variableOf[kind as keyof typeof ports] }]],
  );
  return {
    services: given['SIGNALBOX_DISPATCHER'] === 'one' ? SERVICES_IN_ONE : SERVICES_BY_ROLE,
    env: Object.fromEntries(passedOn),
    ports: Object.fromEntries(configured) as NonNullable<SandboxOptions['ports']>,
    topics: {
      prefix: parsed.TOPIC_PREFIX,
      authEvents: parsed.AUTH_EVENT_TOPICS,
      layout: {
        ...(isSet('TOPIC_PARTITIONS') && { partitions: parsed.TOPIC_PARTITIONS }),
        ...(isSet('TOPIC_RETRY_PARTITIONS') && { retryPartitions: parsed.TOPIC_RETRY_PARTITIONS }),
        ...(isSet('TOPIC_REPLICATION') && { replicationFactor: parsed.TOPIC_REPLICATION }),
        ...(isSet('TOPIC_MIN_ISR') && { minInsyncReplicas: parsed.TOPIC_MIN_ISR }),
      },
    },
    ...(isSet('KAFKA_BROKERS') && { kafkaBrokers: given['KAFKA_BROKERS'] ?? '' }),
    ...(isSet('DATABASE_URL') && { databaseUrl: given['DATABASE_URL'] ?? '' }),
  };
}

function withSecretFiles(variables: Variables): Variables {
  const given: Record<string, string | undefined> = { ...variables };
  for (const name of SECRETS) {
    const path = given[`${name}_FILE`];
    if (path === undefined || path === '') continue;
    given[name] = readFileSync(path, 'utf8').trim();
    delete given[`${name}_FILE`];
  }
  return given;
}

/** Credentials of another Kafka: the sandbox's own speaks plainly on loopback, and would not understand them. */
function withoutForeignKafka(variables: Variables): Variables {
  if ((variables['KAFKA_BROKERS'] ?? '') !== '') return variables;
  return Object.fromEntries(Object.entries(variables).filter(([name]) => !/^KAFKA_(SASL|TLS)/.test(name)));
}
