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
  /** What of it could not be read, and is empty. */
  readonly fault?: RecordFault | undefined;
}

/** `headers`: the record has more than are read. `batch`: all records of its batch are this one, without key and value. */
export class RecordFault {
  readonly kind: 'headers' | 'batch';
  /** For people. */
  readonly message: string;

  constructor(kind: RecordFault['kind'], message: string) {
    this.kind = kind;
    this.message = message;
  }
}

export interface TopicPartition {
  readonly topic: string;
  readonly partition: number;
}

export interface PartitionPosition extends TopicPartition {
  /** The next offset to read. */
  readonly offset: number;
}
