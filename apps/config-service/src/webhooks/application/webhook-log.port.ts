import type { OutboxEntry } from './outbox.port.ts';

/** The compacted topic `webhooks`. */
export interface WebhookLog {
  /**
   * Resolves when every entry is acknowledged, in the order given. Waits for as long as Kafka is away; rejects only when
   * `signal` aborts.
   */
  publish(entries: readonly OutboxEntry[], signal: AbortSignal): Promise<void>;
  stop(): Promise<void>;
}
