/** What a change can be told to; the names of the topics are the operator's. */
export const OUTBOX_TOPICS = ['webhooks', 'event-types', 'operations'] as const;
export type OutboxTopic = (typeof OUTBOX_TOPICS)[number];

/** A record to be published once the transaction it is written in is committed. */
export interface OutboxMessage {
  readonly topic: OutboxTopic;
  /** Of the record; a webhook's id on `webhooks` and `operations`, tenant and name on `event-types`. */
  readonly key: string;
  /** null: a tombstone. */
  readonly value: string | null;
  readonly headers?: Readonly<Record<string, string>>;
  readonly tenantId: string;
  /** Of the webhook a record of `webhooks` tells about. */
  readonly version?: number;
  /** Of what that webhook was before this change, 0 where it was not. */
  readonly previousVersion?: number;
  /** It tells of a deletion: a tombstone follows in 30 days. Default false. */
  readonly isDeletion?: boolean;
  /** It tells again what is, and no change. Default false. */
  readonly isRepublished?: boolean;
}
