import type { OutgoingRecord } from './log-producer.port.ts';

/**
 * A writer that is alone under its name: once another one of that name was opened, nothing of this one is appended any
 * more, not even what lies in a broker's socket. For those who write under a lock that they may lose without noticing.
 *
 * The order that makes it hold: take the lock, open the writer, and only then read what is to be written, over the
 * connection that holds the lock. After a rejection begin again, with what is read anew.
 */
export interface FencedWriter {
  /**
   * Appends all of it or nothing, in the order given within a partition; readers of committed records see it at once.
   * Rejects when Kafka does not answer in time, and when the writer is fenced; whether the records were appended is then
   * not known, and the writer is of no further use: abandon it.
   */
  write(records: readonly OutgoingRecord[]): Promise<void>;
  /** Drops what is under way and its sockets, without a word to the brokers. A `write` under way rejects. */
  abandon(): void;
}
