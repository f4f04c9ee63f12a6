import { createClient, type KafkaConnection } from './connection.ts';
import { FlushedProducer } from './flushed-producer.ts';
import { silentLogger } from './kafka-logger.port.ts';
import { KafkajsSender } from './kafkajs-sender.ts';
import type { LogProducer } from './log-producer.port.ts';
import { PartitionPlacement } from './partition-placement.ts';

export interface LogProducerOptions {
  readonly connection: KafkaConnection;
  /** `isSaturated` above this. Default 16 MiB. */
  readonly maxWaitingBytes?: number;
  /** `max.message.bytes` of the topics written to. Default 1 MiB. A larger record is refused by `append`. */
  readonly maxBatchBytes?: number;
  /**
   * While it answers false nothing is sent, only gathered: for a member of a group that may have been expelled. What is
   * left at `stop` is sent all the same. Default: always true.
   */
  readonly mayStart?: () => boolean;
  /** For tests; default shortly below 2^31. */
  readonly renewAfterRecords?: number;
}

/** A margin for a few flights on top of the count, and for kafkajs's own retries. */
const RENEW_AFTER_RECORDS = 2 ** 31 - 1_000_000;

/** A {@link LogProducer} over kafkajs. Rejects in `start` when no broker answers; afterwards it never gives up. */
export function createLogProducer(options: LogProducerOptions): LogProducer {
  const { connection, renewAfterRecords = RENEW_AFTER_RECORDS, ...limits } = options;
  const logger = connection.logger ?? silentLogger;
  const placement = new PartitionPlacement();
  const sender = new KafkajsSender(createClient(connection), placement, logger, { renewAfterRecords });
  return new FlushedProducer({ ...limits, sender, placement, logger });
}
