import { inTransaction, postgresFaultOf, preparedRowsOf, rowsOf } from '@signalbox/postgres';
import type { DataSource, EntityManager } from 'typeorm';
import { missingEventTypes } from '../../../catalogue/catalogue.ts';
import { requireCaller } from '../../../call-scope.ts';
import { epochOf, fillOutbox, stateTagOf } from '../../../outbox/outbox.ts';
import type { JournalChange, LoadedWebhook, WebhookJournal } from '../../application/webhook-journal.port.ts';
import type { WebhookOwnership } from '../../webhook-ownership.port.ts';
import type { JournalEntry } from '../../domain/webhook.events.ts';
import { messagesOf } from './webhook-messages.ts';
import type { LoadedRow } from './webhook-row.ts';
import { LOAD_WEBHOOK } from './webhook-row.ts';
import { WebhookEntity } from './webhook.entity.ts';

/** Journal, rows and outbox in Postgres. */
export class PostgresWebhookJournal implements WebhookJournal, WebhookOwnership {
  readonly #dataSource: DataSource;

  constructor(dataSource: DataSource) {
    this.#dataSource = dataSource;
  }

  async load(tenantId: string, webhookId: string): Promise<LoadedWebhook | undefined> {
    requireCaller();
    const [row] = await preparedRowsOf<LoadedRow>(this.#dataSource, LOAD_WEBHOOK, [webhookId, tenantId]);
    return row?.loaded;
  }

  async append(change: JournalChange): ReturnType<WebhookJournal['append']> {
    try {
      return await inTransaction(this.#dataSource, async (manager) => {
        await requireEventTypes(manager, change);
        await appendEntries(manager, change);
        await writeRow(manager, change);
        const stateTag = await tellOthers(manager, change);
        // Whoever is told that his deadline passed must not find later that it was done after all.
        requireCaller();
        return { stateTag };
      });
    } catch (error) {
      if (error instanceof RowIsElsewhere) return 'version-taken';
      if (error instanceof EventTypesAreMissing) return 'unknown-events';
      const fault = postgresFaultOf(error);
      if (fault?.kind === 'unique-violation' && TAKEN.has(fault.constraint)) return 'version-taken';
      throw error;
    }
  }

  async stateOf(tenantId: string, webhookId: string): Promise<'alive' | 'deleted' | 'unknown'> {
    const rows = await rowsOf<{ type: string }>(
      this.#dataSource,
      'SELECT type FROM webhook_event WHERE webhook_id = $1 AND tenant_id = $2 ORDER BY version DESC LIMIT 1',
      [webhookId, tenantId],
    );
    const [last] = rows;
    if (last === undefined) return 'unknown';
    return last.type === 'Deleted' ? 'deleted' : 'alive';
  }
}

const TAKEN = new Set(['webhook_event_pkey', 'webhook_pkey']);

/** The row is not at the expected version, though the journal took the entries: it must be rolled back. */
class RowIsElsewhere extends Error {}

class EventTypesAreMissing extends Error {}

async function requireEventTypes(manager: EntityManager, { after, entries, tenantId }: JournalChange): Promise<void> {
  const isSubscribing = entries.some(({ event }) => event.type === 'Created' || event.type === 'EventsChanged');
  if (!isSubscribing || after.kind !== 'alive') return;
  const { event, events } = after.webhook;
  const missing = await missingEventTypes(manager, tenantId, event === null ? events : [...events, event]);
  if (missing.length > 0) throw new EventTypesAreMissing();
}

// The primary key is what enforces the expected version: whoever comes second with the same version is refused.
async function appendEntries(manager: EntityManager, { entries, tenantId }: JournalChange): Promise<void> {
  const column = <T>(pick: (entry: JournalEntry) => T): T[] => entries.map(pick);
  await rowsOf(
    manager,
    `INSERT INTO webhook_event (webhook_id, version, tenant_id, type, data, actor, at_ms)
     SELECT webhook_id, version, $1, type, data, actor, at_ms
     FROM unnest($2::text[], $3::int[], $4::text[], $5::jsonb[], $6::text[], $7::bigint[])
       AS entry (webhook_id, version, type, data, actor, at_ms)`,
    [
      tenantId,
      column((entry) => entry.webhookId),
      column((entry) => entry.version),
      column((entry) => entry.event.type),
      column((entry) => JSON.stringify(entry.event.data)),
      column((entry) => entry.actor),
      column((entry) => entry.atMs),
    ],
  );
}

async function writeRow(manager: EntityManager, { after, expectedVersion, webhookId }: JournalChange): Promise<void> {
  if (after.kind === 'alive' && expectedVersion === 0) {
    await manager.insert(WebhookEntity, { ...after.webhook });
    return;
  }
  const where = { id: webhookId, version: expectedVersion };
  const { affected } =
    after.kind === 'alive'
      ? await manager.update(WebhookEntity, where, { ...after.webhook })
      : await manager.delete(WebhookEntity, where);
  if (affected !== 1) throw new RowIsElsewhere();
}

async function tellOthers(manager: EntityManager, { after, entries }: JournalChange): Promise<string> {
  const { atMs = 0, version = 0 } = entries.at(-1) ?? {};
  const epoch = await epochOf(manager);
  await fillOutbox(manager, messagesOf(after, entries, { epoch, atMs }), { epoch, atMs });
  return stateTagOf(epoch, version);
}
