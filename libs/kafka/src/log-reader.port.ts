import type { LogRecord, PartitionPosition } from './log-record.ts';

/**
 * Reads one topic outside any group: the tail of `attempts` or `deliveries` after a join, or all of `webhooks`. It
 * commits nothing.
 */
export interface TailReader {
  /** Joins nothing visible and connects, so that a later `read` costs a fetch, not a join. */
  start(): Promise<void>;
  /**
   * Hands over every record from each position to the end that the partition has when asked, in order within a partition.
   * Positions below the log's start are raised to it. Resolves with the ends; rejects when `signal` aborts.
   */
  read(
    from: readonly PartitionPosition[],
    onRecord: (record: LogRecord) => void,
    signal?: AbortSignal,
  ): Promise<readonly PartitionPosition[]>;
  stop(): Promise<void>;
}

/** Where a follower begins: with all there is, or with what comes. */
export type FollowFrom = 'beginning' | 'end';

/** Reads a topic from its beginning or its end, tells when it has reached the end it had at the start, and goes on following. */
export interface LogFollower {
  /** Resolves with where it began in each partition, when the end that the topic had after connecting was reached. */
  start(): Promise<readonly PartitionPosition[]>;
  stop(): Promise<void>;
}
