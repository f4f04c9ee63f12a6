import { Kafka, type ISocketFactory, type KafkaConfig, type RetryOptions, type SASLOptions } from 'kafkajs';
import { clientSocket } from './client-socket.ts';
import type { KafkaLogger } from './kafka-logger.port.ts';
import { silentLogger } from './kafka-logger.port.ts';
import { kafkajsLogCreator, kafkajsLogLevel } from './kafkajs-logging.ts';
import './kafkajs-decoding.ts';
import './kafkajs-encoding.ts';
import './kafkajs-warnings.ts';

export type SaslMechanism = 'plain' | 'scram-sha-256' | 'scram-sha-512';

export interface SaslOptions {
  readonly mechanism: SaslMechanism;
  readonly username: string;
  readonly password: string;
}

/** PEM texts, not file names. Without `ca` the certificates that Node trusts count. */
export interface TlsOptions {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
}

export interface KafkaConnection {
  /** `host:port` of some brokers; the others are learned from them. */
  readonly brokers: readonly string[];
  readonly clientId: string;
  readonly sasl?: SaslOptions;
  readonly tls?: TlsOptions | true;
  /** Default: silent. */
  readonly logger?: KafkaLogger;
  /** How long a failing step is tried again before its error surfaces. Default: about half a minute. */
  readonly retry?: RetryOptions;
  /** How sockets are made; tests put proxies in between. Default: `net` or `tls`. */
  readonly socketFactory?: ISocketFactory;
}

/**
 * Short steps: kafkajs sends no heartbeat while it backs off, and a session lasts 6 s. About half a minute of failures in
 * a row, then the error surfaces.
 */
const CLIENT_RETRY: RetryOptions = {
  initialRetryTime: 100,
  multiplier: 1.5,
  factor: 0.2,
  maxRetryTime: 1_000,
  retries: 30,
};

export const retryOf = (connection: KafkaConnection): RetryOptions => ({ ...CLIENT_RETRY, ...connection.retry });

export function createClient(connection: KafkaConnection): Kafka {
  const logger = connection.logger ?? silentLogger;
  const config: KafkaConfig = {
    brokers: [...connection.brokers],
    clientId: connection.clientId,
    socketFactory: connection.socketFactory ?? clientSocket,
    connectionTimeout: 5_000,
    authenticationTimeout: 10_000,
    requestTimeout: 30_000,
    retry: retryOf(connection),
    logLevel: kafkajsLogLevel(logger),
    logCreator: kafkajsLogCreator(logger),
  };
  if (connection.sasl !== undefined) config.sasl = { ...connection.sasl } as SASLOptions;
  if (connection.tls !== undefined) config.ssl = connection.tls === true ? true : { ...connection.tls };
  return new Kafka(config);
}
