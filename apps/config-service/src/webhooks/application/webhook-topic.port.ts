/** The newest record that the topic has of a webhook. */
export interface ToldWebhook {
  readonly tenantId: string;
  readonly epoch: number;
  readonly version: number;
  readonly isDeleted: boolean;
  /** Unix ms; where it is deleted. */
  readonly deletedAtMs?: number;
}

/** The compacted topic `webhooks` as a reader finds it. */
export interface WebhookTopic {
  /** All it tells, by webhook id, read to its end. Rejects when Kafka does not answer in time or `signal` aborts. */
  read(signal?: AbortSignal): Promise<ReadonlyMap<string, ToldWebhook>>;
}
