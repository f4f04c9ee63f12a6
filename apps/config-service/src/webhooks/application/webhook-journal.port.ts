import type { JournalEntry } from '../domain/webhook.events.ts';
import type { Webhook, WebhookHistory } from '../domain/webhook.ts';

/** Entries to append, and what the webhook is with them. */
export interface JournalChange {
  readonly webhookId: string;
  readonly tenantId: string;
  /** Version of the last entry the decision knew of; 0 for a webhook that is created. */
  readonly expectedVersion: number;
  readonly entries: readonly JournalEntry[];
  readonly after: WebhookHistory;
}

/** A webhook as its row has it. */
export interface LoadedWebhook {
  readonly webhook: Webhook;
  /** Names this state of it, and no other state of any webhook of this id: also after the database was restored. */
  readonly stateTag: string;
}

/** The journal of webhooks, their rows and the outbox, which change together or not at all (invariant 7). */
export interface WebhookJournal {
  /** Undefined where there is none, also for another tenant's. */
  load(tenantId: string, webhookId: string): Promise<LoadedWebhook | undefined>;
  /**
   * Appends entries, changes the row and fills the outbox in one transaction, and answers the new state's tag.
   * `version-taken`: somebody else appended first, and nothing was changed; load and decide again. `unknown-events`: it
   * would subscribe to an event type that is not there (any more), and nothing was changed.
   */
  append(change: JournalChange): Promise<{ readonly stateTag: string } | 'version-taken' | 'unknown-events'>;
}
