import type { LogRecord, PartitionPosition, TopicPartition } from './log-record.ts';

export interface Join {
  readonly assigned: readonly TopicPartition[];
  /** Held before this join and not any more. */
  readonly lost: readonly TopicPartition[];
  /** False when the member was expelled in between: others may have worked on partitions it holds again. */
  readonly isContinuous: boolean;
}

export interface AssignedPartition extends TopicPartition {
  /** The group's committed offset, null where it has none. */
  readonly committedOffset: number | null;
  /** What was committed with it; '' where nothing was. */
  readonly committedMetadata: string;
  /** The log's first and next offset when asked, right after the join. */
  readonly logStart: number;
  readonly logEnd: number;
}

/** Records of one partition in order; what lies between them (markers, compaction) counts as read. */
export interface LogBatch extends TopicPartition {
  /** The position that was expected, and at which this batch begins: not necessarily the first record's offset. */
  readonly position: number;
  readonly records: readonly LogRecord[];
  /** The position after this batch. */
  readonly nextPosition: number;
  /** The log's next offset when this batch was fetched, where it is known: how far behind a reader is. */
  readonly logEnd?: number;
}

/** What a service does with a log. The consumer calls these one at a time, never two at once. */
export interface LogHandler {
  /**
   * Runs inside the join, before anything is awaited: everything is paused already; drop what is queued. Work in flight
   * may go on, but a partition in `lost` gets no further commit and owes nothing more here.
   */
  onJoin(join: Join): void;
  /**
   * After a join and before the first batch: from which position each assigned partition is to be read. May read other
   * logs. `signal` aborts when the next join or the stop overtakes it; throwing ends the process (`onFatal`).
   * A position outside [logStart, logEnd] is refused with both numbers named.
   */
  locate(assigned: readonly AssignedPartition[], signal: AbortSignal): Promise<readonly PartitionPosition[]>;
  /** Takes the records and returns at once; heartbeats wait for it. Pause the partition to be given no more. */
  onBatch(batch: LogBatch): void;
  /** The position moved on without a record for us (transaction markers, aborted records). */
  onAdvance(position: PartitionPosition): void;
}

export interface CommitEntry extends PartitionPosition {
  /** At most 4 KiB, Kafka's default limit. */
  readonly metadata: string;
}

/**
 * A member of a consumer group that reads logs by position. One implementation over kafkajs, one in memory; both pass
 * `log-consumer.conformance.ts`.
 */
export interface LogConsumer {
  /** Resolves after the first join was located. */
  start(): Promise<void>;
  /** Fetches no more and hands over nothing after it was called; stays a member, so that commits still work. */
  quiesce(): void;
  /** Leaves the group. */
  stop(): Promise<void>;
  pause(partitions: readonly TopicPartition[]): void;
  /** Ignored for a partition that is not assigned or not located yet. */
  resume(partitions: readonly TopicPartition[]): void;
  /** Reads on from `offset`; batches fetched before are dropped. Does not resume. */
  seek(position: PartitionPosition): void;
  /**
   * `fenced`: the group has moved on, the entries were refused and the next join says what is held now. Entries of
   * partitions that are not assigned are left out. Throws only when the connection is lost for good.
   */
  commit(entries: readonly CommitEntry[]): Promise<'committed' | 'fenced'>;
  /**
   * Milliseconds since the group last answered a heartbeat or a join, counted from the question; start no work while above
   * {@link MAX_HEARTBEAT_AGE_MS}.
   */
  msSinceHeartbeat(): number;
  /**
   * Where the logs of the assigned partitions end now, paused ones too. Asks the brokers; rejects while they do not answer.
   */
  logEnds(): Promise<readonly PartitionPosition[]>;
}

/** Where a group has not answered for this long, another member may hold the partitions: start neither POST nor produce. */
export const MAX_HEARTBEAT_AGE_MS = 4_500;

export interface LogConsumerOptions {
  readonly groupId: string;
  readonly topics: readonly string[];
  readonly handler: LogHandler;
  /** The consumer cannot go on: a crash, a stalled fetch, a position out of range. The process exits non-zero. */
  readonly onFatal: (error: Error) => void;
  /** Default 1 MiB. */
  readonly maxBytesPerPartition?: number;
  /**
   * The handler keeps its positions elsewhere: the group's offsets are not asked for (`committedOffset` is null), and one that
   * the log has no more is no reason to end. Default false.
   */
  readonly isLocatedByHandler?: boolean;
}
