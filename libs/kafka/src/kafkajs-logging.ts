import { logLevel, type LogEntry, type logCreator } from 'kafkajs';
import type { KafkaLogger } from './kafka-logger.port.ts';

/**
 * What kafkajs reports as errors although it tries again by itself, and what every start or rebalance brings: brokers
 * answer before their coordinators are loaded. Matched against the texts of kafkajs 2.2.4, for the log level only.
 */
const ROUTINE = [
  'coordinator is not available',
  'coordinator is loading',
  'not the correct coordinator',
  'not aware of this member',
  'group is rebalancing',
  'rebalance is in progress',
  'rebalancing, so a rejoin is needed',
  'generation id provided',
  'no leader for this topic-partition',
  'member needs to have a valid member id',
  'another concurrent operation on the same transaction',
  // The fenced writer is thrown away at its first rejection.
  'limiting retries for the idempotent producer',
];

const isRoutine = (entry: LogEntry): boolean => {
  const error: unknown = entry.log['error'];
  const text = `${entry.log.message} ${typeof error === 'string' ? error : ''}`.toLowerCase();
  return ROUTINE.some((phrase) => text.includes(phrase));
};

/** kafkajs builds an entry for each pause, resume and request below `warn`; only where somebody reads them. */
export function kafkajsLogLevel(logger: KafkaLogger): logLevel {
  return logger.isLevelEnabled?.('debug') === true ? logLevel.INFO : logLevel.WARN;
}

/**
 * Passes kafkajs's own log on as `kafka.client_logged`. Its errors are warnings here: what it cannot mend comes out of
 * the adapters as an error of its own.
 */
export function kafkajsLogCreator(logger: KafkaLogger): logCreator {
  return () => (entry) => {
    const { message, error, broker, groupId, topic, partition, retryCount } = entry.log as Record<string, unknown>;
    const text = typeof error === 'string' ? error : undefined;
    const fields = {
      client_message: message,
      client_error: text,
      namespace: entry.namespace,
      broker,
      group_id: groupId,
      topic,
      partition,
      retry_count: retryCount,
    };
    const isLoud = entry.level === logLevel.ERROR || entry.level === logLevel.WARN;
    logger[isLoud && !isRoutine(entry) ? 'warn' : 'debug'](fields, 'kafka.client_logged');
  };
}
