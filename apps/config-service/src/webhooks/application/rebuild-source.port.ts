import type { StoredEntry } from '../domain/journal-fold.ts';
import type { Webhook } from '../domain/webhook.ts';

/** Journal and rows as they were at one moment, however long reading them takes. */
export interface RebuildSource {
  /** All there is, in order of webhook and version; a few at a time. */
  entries(): AsyncIterable<readonly StoredEntry[]>;
  rows(webhookIds: readonly string[]): Promise<ReadonlyMap<string, Webhook>>;
  /** Webhooks that have a row and no entry at all; a few at a time. */
  rowsWithoutJournal(): AsyncIterable<readonly string[]>;
}

export interface RowRepair {
  /** Writes the row that the journal adds up to by now. `faulty`: the journal is not sound, and nothing was written. */
  repair(webhookId: string): Promise<'repaired' | 'faulty'>;
}
