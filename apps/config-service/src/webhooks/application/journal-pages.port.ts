import type { JournalEntry } from '../domain/webhook.events.ts';

export interface JournalPage {
  /** Newest first. */
  readonly entries: readonly JournalEntry[];
  /**
   * Of what lies before the page, the newest entry of each type, in order of version: they add up to what the page's
   * oldest entry met, but for signing keys.
   */
  readonly before: readonly JournalEntry[];
  /** Of all pages. */
  readonly total: number;
}

export interface JournalPages {
  /** Also of a deleted webhook; undefined where the tenant never had one of this id. */
  page(
    tenantId: string,
    webhookId: string,
    window: { readonly offset: number; readonly limit: number },
  ): Promise<JournalPage | undefined>;
}
