import type { LogHeaders } from './log-record.ts';

export interface OutgoingRecord {
  readonly topic: string;
  /** Without it the key's murmur2 hash decides, as Kafka's own default partitioner does. */
  readonly partition?: number;
  readonly key: Buffer | string | null;
  readonly value: Buffer | string | null;
  readonly headers?: LogHeaders;
  /**
   * Asked when its turn comes: a record that is void by then is left out, and `onVoid` runs in place of `onAppended`. For
   * work on a partition that went away while the record was queued: its new owner does it.
   */
  readonly isVoid?: () => boolean;
  readonly onVoid?: () => void;
}

export interface Appended {
  readonly partition: number;
  readonly offset: number;
}

/**
 * One idempotent producer with one flusher. It sends at once while nothing is in flight and gathers while something is.
 * It never gives up a record: it pushes back instead.
 */
export interface LogProducer {
  start(): Promise<void>;
  /**
   * Queues a record and returns. `onAppended` runs once all in-sync replicas have it, in the order of the appends within
   * a partition. A callback, not a promise: nothing is awaited per record on the hot path.
   */
  append(record: OutgoingRecord, onAppended?: (appended: Appended) => void): void;
  /** True while more than the byte cap (16 MiB by default) is waiting: stop taking in, until `onDrained` runs. */
  isSaturated(): boolean;
  /** Runs `listener` each time the waiting bytes fall below half of the cap again. */
  onDrained(listener: () => void): void;
  /** Resolves when all that was appended before this call is acknowledged. */
  flush(): Promise<void>;
  /** Flushes, then disconnects. */
  stop(): Promise<void>;
}
