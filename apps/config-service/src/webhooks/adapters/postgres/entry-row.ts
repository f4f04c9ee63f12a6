import type { StoredEntry } from '../../domain/journal-fold.ts';
import type { WebhookEvent } from '../../domain/webhook.events.ts';

/** An entry of the journal as its table has it. */
export interface EntryRow {
  readonly webhook_id: string;
  readonly version: number;
  readonly tenant_id: string;
  readonly type: string;
  readonly data: unknown;
  readonly actor: string;
  readonly at_ms: number;
}

export const ENTRY_COLUMNS = 'webhook_id, version, tenant_id, type, data, actor, at_ms';

export function entryOf(row: EntryRow): StoredEntry {
  const { webhook_id: webhookId, version, tenant_id: tenantId, type, data, actor, at_ms: atMs } = row;
  return { webhookId, version, tenantId, event: { type, data } as WebhookEvent, actor, atMs };
}
