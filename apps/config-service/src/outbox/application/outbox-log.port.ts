import type { OutboxEntry } from './outbox.port.ts';

/** The topics that the outbox tells, open to one relay over all instances. */
export interface OpenOutboxLog {
  /**
   * Resolves when every entry is acknowledged, in the order given within a topic. Rejects when that is not known: the
   * lock may be lost by then, so nothing of it may be tried again without taking everything anew.
   */
  publish(entries: readonly OutboxEntry[]): Promise<void>;
  /** Drops what is under way; a `publish` under way rejects. */
  close(): void;
}

export interface OutboxLog {
  /**
   * Shuts every earlier opener out: whatever it has still under way, in a broker's socket too, is not appended any more.
   * To be called by who holds the outbox, before it reads what to publish. Rejects when Kafka does not answer in time
   * or `signal` aborts.
   */
  open(signal: AbortSignal): Promise<OpenOutboxLog>;
}
