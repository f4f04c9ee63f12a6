import type { EventTypeRecord } from '@signalbox/contracts';

/** The newest record that the topic has of a webhook. */
export interface ToldWebhook {
  readonly tenantId: string;
  readonly epoch: number;
  readonly version: number;
  readonly isDeleted: boolean;
}

/** All that the compacted topics tell, as a reader finds it. */
export interface Told {
  /** By webhook id. */
  readonly webhooks: ReadonlyMap<string, ToldWebhook>;
  /** By key. */
  readonly eventTypes: ReadonlyMap<string, EventTypeRecord>;
}

/** The compacted topics `webhooks` and `event-types`. */
export interface ToldTopics {
  /** Reads them to their ends. Rejects when Kafka does not answer in time or `signal` aborts. */
  read(signal?: AbortSignal): Promise<Told>;
}
