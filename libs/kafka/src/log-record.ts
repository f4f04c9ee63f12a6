/** A value of a record header as Kafka hands it over; several of one name come as an array. */
export type LogHeaders = Readonly<Record<string, Buffer | string | readonly (Buffer | string)[] | undefined>>;

/** Offsets are numbers: 2^53 records of one partition are out of reach, and bigint would cost on the hot path. */
export interface LogRecord {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  /** Append time on our own topics; the publisher's time where the topic says CreateTime. Unix ms. */
  readonly timestampMs: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: LogHeaders;
  /** Why `headers` is empty although the record has some: it has more than are read. */
  readonly headerFault?: string | undefined;
}

export interface TopicPartition {
  readonly topic: string;
  readonly partition: number;
}

export interface PartitionPosition extends TopicPartition {
  /** The next offset to read. */
  readonly offset: number;
}
