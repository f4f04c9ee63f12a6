import { freePort, KAFKA_VERSION } from '@signalbox/sandbox';
import type { BackendServers } from './running-servers.ts';

let answer: Promise<boolean> | undefined;

/** Whether a Docker engine answers. Asked once; where none does, one line says what happens instead. */
export function isDockerThere(): Promise<boolean> {
  answer ??= askDocker();
  return answer;
}

// Testcontainers takes a second to load: only who asked for containers waits for it.
async function askDocker(): Promise<boolean> {
  const { getContainerRuntimeClient } = await import('testcontainers');
  try {
    await getContainerRuntimeClient();
    return true;
  } catch {
    process.stderr.write('TEST_WITH=containers: no Docker engine answers; going on with the sandbox\n');
    return false;
  }
}

const KAFKA_PORT = 9092;

/** The settings of one combined broker and controller whose clients reach it on `hostPort` of this machine. */
export function kafkaContainerEnvironment(hostPort: number): Record<string, string> {
  return {
    KAFKA_NODE_ID: '1',
    KAFKA_PROCESS_ROLES: 'broker,controller',
    KAFKA_CONTROLLER_QUORUM_VOTERS: '1@localhost:9093',
    KAFKA_LISTENERS: `PLAINTEXT://0.0.0.0:${KAFKA_PORT},CONTROLLER://localhost:9093`,
    KAFKA_ADVERTISED_LISTENERS: `PLAINTEXT://127.0.0.1:${hostPort}`,
    KAFKA_CONTROLLER_LISTENER_NAMES: 'CONTROLLER',
    KAFKA_LISTENER_SECURITY_PROTOCOL_MAP: 'CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT',
    KAFKA_INTER_BROKER_LISTENER_NAME: 'PLAINTEXT',
    KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR: '1',
    KAFKA_OFFSETS_TOPIC_NUM_PARTITIONS: '4',
    KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR: '1',
    KAFKA_TRANSACTION_STATE_LOG_MIN_ISR: '1',
    KAFKA_SHARE_COORDINATOR_STATE_TOPIC_REPLICATION_FACTOR: '1',
    KAFKA_SHARE_COORDINATOR_STATE_TOPIC_MIN_ISR: '1',
    KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS: '0',
    KAFKA_GROUP_MIN_SESSION_TIMEOUT_MS: '1000',
    KAFKA_AUTO_CREATE_TOPICS_ENABLE: 'false',
  };
}

/** The same versions as docker-compose.yml. */
export async function startContainers(): Promise<BackendServers> {
  const { GenericContainer, Wait } = await import('testcontainers');
  const { PostgreSqlContainer } = await import('@testcontainers/postgresql');
  // A broker tells its clients where to find it, so the port must be known before it starts.
  const hostPort = await freePort();
  const [kafka, postgres] = await Promise.all([
    new GenericContainer(`apache/kafka:${KAFKA_VERSION}`)
      .withEnvironment(kafkaContainerEnvironment(hostPort))
      .withExposedPorts({ container: KAFKA_PORT, host: hostPort })
      .withWaitStrategy(Wait.forLogMessage(/Kafka Server started/))
      .start(),
    new PostgreSqlContainer('postgres:18').start(),
  ]);
  return {
    kafkaBrokers: `127.0.0.1:${hostPort}`,
    postgresUrl: postgres.getConnectionUri(),
    async stop() {
      await Promise.all([kafka.stop(), postgres.stop()]);
    },
  };
}
