import type { Actor } from '../domain/actor.ts';
import { actorOf } from '../domain/actor.ts';
import { evolve } from '../domain/webhook.decider.ts';
import type { FieldChange } from '../domain/webhook-changes.ts';
import { changesOf } from '../domain/webhook-changes.ts';
import type { WebhookEvent } from '../domain/webhook.events.ts';
import type { WebhookHistory } from '../domain/webhook.ts';
import { initialHistory } from '../domain/webhook.ts';
import type { JournalPages } from './journal-pages.port.ts';

/** One thing that happened to a webhook. */
export interface HistoryEntry {
  readonly version: number;
  readonly type: WebhookEvent['type'];
  /** Unix ms. */
  readonly at: number;
  readonly actor: Actor;
  readonly changes: readonly FieldChange[];
}

export class ReadHistory {
  readonly #pages: JournalPages;

  constructor(pages: JournalPages) {
    this.#pages = pages;
  }

  /** Newest first; undefined where the tenant never had such a webhook. */
  async page(
    tenantId: string,
    webhookId: string,
    window: { readonly offset: number; readonly limit: number },
  ): Promise<{ readonly entries: readonly HistoryEntry[]; readonly total: number } | undefined> {
    const page = await this.#pages.page(tenantId, webhookId, window);
    if (page === undefined) return undefined;
    let state = page.before.reduce<WebhookHistory>(evolve, initialHistory);
    const oldestFirst = page.entries.toReversed().map((entry): HistoryEntry => {
      const { version, event, atMs, actor } = entry;
      const changes = changesOf(state, entry);
      state = evolve(state, entry);
      return { version, type: event.type, at: atMs, actor: actorOf(actor), changes };
    });
    return { entries: oldestFirst.toReversed(), total: page.total };
  }
}
