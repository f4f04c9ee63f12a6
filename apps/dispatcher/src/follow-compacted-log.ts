import type { KafkaConnection, LogFollower, LogRecord } from '@signalbox/kafka';
import { createLogFollower } from '@signalbox/kafka';
import type { Logger, Registry } from '@signalbox/observability';
import { Gauge, metricName } from '@signalbox/observability';
import type { OnFatal } from './role.ts';

/** What every follower of a compacted log is given by its module. */
export interface CompactedLogOptions {
  readonly connection: KafkaConnection;
  readonly topic: string;
  readonly onFatal: OnFatal;
  readonly logger: Logger;
  readonly registry: Registry;
}

export interface CompactedLog {
  /** Of the topic, in words of a metric: its gauge is `…_<name>_applied_offset`. */
  readonly name: string;
  /** Logged for a record that `apply` cannot read. */
  readonly unreadable: string;
  /** Takes a record into memory; false when it cannot be read. */
  readonly apply: (record: LogRecord) => boolean;
}

/** Keeps in memory what a compacted log tells, and says how far it is. `start` resolves at the log's end. */
export function followCompactedLog(
  { connection, topic, onFatal, logger, registry }: CompactedLogOptions,
  { name, unreadable, apply }: CompactedLog,
): LogFollower {
  const applied = new Gauge({
    name: metricName('dispatcher', `${name}_applied`, 'offset'),
    help: `Highest offset of the ${name.replaceAll('_', '-')} topic that this process has applied; -1 before the first.`,
    registers: [registry],
  });
  applied.set(-1);
  return createLogFollower({
    connection,
    topic,
    onFatal,
    onRecord: (record) => {
      const { partition, offset } = record;
      if (!apply(record)) logger.error({ topic, partition, offset }, unreadable);
      applied.set(offset);
    },
  });
}
