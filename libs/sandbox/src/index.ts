export { kafkaJars, KAFKA_VERSION } from './kafka/kafka-jars.ts';
export { startKafka, type KafkaOptions, type RunningKafka, type RunningKafkaNode } from './kafka/start-kafka.ts';
export { startPostgres, type PostgresOptions, type RunningPostgres } from './postgres/start-postgres.ts';
export { freePort, freePorts, isPortFree } from './process/free-ports.ts';
export { SandboxError, type SandboxErrorCode } from './sandbox-error.ts';
