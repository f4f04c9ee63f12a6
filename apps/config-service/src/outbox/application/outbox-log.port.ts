import type { OutboxEntry } from './outbox.port.ts';

/** The topics that the outbox tells. */
export interface OutboxLog {
  /**
   * Resolves when every entry is acknowledged, in the order given within a topic. Waits for as long as Kafka is away;
   * rejects only when `signal` aborts.
   */
  publish(entries: readonly OutboxEntry[], signal: AbortSignal): Promise<void>;
  stop(): Promise<void>;
}
