import { isSameJson } from './same-json.ts';
import { evolve } from './webhook.decider.ts';
import type { JournalEntry } from './webhook.events.ts';
import { WEBHOOK_EVENT_TYPES } from './webhook.events.ts';
import type { Webhook, WebhookHistory } from './webhook.ts';
import { initialHistory } from './webhook.ts';

/** An entry as it lies in the journal, with the tenant it was written under. */
export interface StoredEntry extends JournalEntry {
  readonly tenantId: string;
}

/** Adds up one webhook's journal, and notes what no journal of ours can look like. */
export class JournalFold {
  readonly webhookId: string;
  readonly #faults: string[] = [];
  #history: WebhookHistory = initialHistory;
  #version = 0;

  constructor(webhookId: string) {
    this.webhookId = webhookId;
  }

  get history(): WebhookHistory {
    return this.#history;
  }

  /** In words; empty for a journal that is sound. What a faulty one adds up to must not be written anywhere. */
  get faults(): readonly string[] {
    return this.#faults;
  }

  /** In order of version. */
  take(entry: StoredEntry): void {
    const { version, event, tenantId } = entry;
    if (version !== this.#version + 1) this.#faults.push(`version ${version} follows version ${this.#version}`);
    this.#version = version;
    if (!WEBHOOK_EVENT_TYPES.some((type) => type === event.type)) {
      this.#faults.push(`version ${version} is of the unknown type ${JSON.stringify(event.type)}`);
      return;
    }
    if ((event.type === 'Created') !== (this.#history.kind === 'none')) {
      this.#faults.push(
        `version ${version} (${event.type}) comes ${this.#history.kind === 'none' ? 'first' : 'later'}`,
      );
    } else if (this.#history.kind === 'deleted') {
      this.#faults.push(`version ${version} (${event.type}) comes after the deletion`);
    }
    this.#history = evolve(this.#history, entry);
    if (tenantOf(this.#history) !== tenantId) {
      this.#faults.push(`version ${version} was written under another tenant`);
    }
  }
}

function tenantOf(history: WebhookHistory): string | undefined {
  switch (history.kind) {
    case 'none':
      return undefined;
    case 'alive':
      return history.webhook.tenantId;
    case 'deleted':
      return history.tenantId;
  }
}

/** What of a row is not as its journal says: names of fields, or that the row as a whole is missing or too much. */
export function differencesOf(history: WebhookHistory, row: Webhook | undefined): readonly string[] {
  if (history.kind !== 'alive') return row === undefined ? [] : ['has a row, and its journal says there is none'];
  if (row === undefined) return ['has no row'];
  const { webhook } = history;
  const fields = new Set([...Object.keys(webhook), ...Object.keys(row)] as (keyof Webhook)[]);
  return [...fields].filter((field) => !isSameJson(webhook[field], row[field]));
}
