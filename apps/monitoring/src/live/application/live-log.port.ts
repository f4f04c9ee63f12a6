import type { Fact } from '@signalbox/contracts';
import type { Positions } from '../domain/positions.ts';

/** A record of `attempts`; `fact` is undefined for one that is none. */
export interface LiveRecord {
  readonly partition: number;
  readonly offset: number;
  readonly fact: Fact | undefined;
}

export interface LiveLogListener {
  /** In order within a partition. */
  onRecord(record: LiveRecord): void;
  /** It cannot go on; nothing more comes. */
  onLost(error: Error): void;
}

export interface OpenLiveLog {
  /** Where it began in each partition: the end that each had then. */
  readonly begun: Positions;
  /**
   * Reads once more from other positions to the ends that the partitions have now, beside what is listened to, and answers these
   * ends. Rejects when `signal` aborts or Kafka does not answer.
   */
  reread(from: Positions, onRecord: (record: LiveRecord) => void, signal: AbortSignal): Promise<Positions>;
  close(): Promise<void>;
}

/** The log of attempts as it grows, outside of any group that others share. */
export interface LiveLog {
  open(listener: LiveLogListener): Promise<OpenLiveLog>;
}
