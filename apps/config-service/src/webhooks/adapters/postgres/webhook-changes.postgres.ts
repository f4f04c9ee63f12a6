import { inTransaction, rowsOf } from '@signalbox/postgres';
import type { DataSource, EntityManager } from 'typeorm';
import { Any } from 'typeorm';
import type {
  FeedPage,
  FeedPosition,
  FeedSnapshot,
  WebhookChange,
  WebhookChanges,
} from '../../application/webhook-feed.port.ts';
import { JournalFold } from '../../domain/journal-fold.ts';
import type { Webhook, WebhookHistory } from '../../domain/webhook.ts';
import type { EntryRow } from './entry-row.ts';
import { ENTRY_COLUMNS, entryOf } from './entry-row.ts';
import { webhookOf } from './webhook-row.ts';
import { WebhookEntity } from './webhook.entity.ts';

const PAGE = 500;

/** A version of a webhook that its row may not have (any more, or yet). */
interface Wanted {
  readonly id: string;
  readonly version: number;
}

/**
 * Published changes from the outbox, what they left from the journal. Positions are given by one relay at a time, in
 * ascending order, each batch in one statement: who sees a position sees all before it.
 */
export class PostgresWebhookChanges implements WebhookChanges {
  readonly #dataSource: DataSource;

  constructor(dataSource: DataSource) {
    this.#dataSource = dataSource;
  }

  async snapshot(tenantId?: string): Promise<FeedSnapshot> {
    return this.#atOneMoment(async (manager) => {
      const { at } = await placeOf(manager);
      const rows = await manager.find(WebhookEntity, {
        where: tenantId === undefined ? {} : { tenantId },
        order: { createdAtMs: 'DESC', createdOrder: 'DESC' },
      });
      const webhooks = new Map(rows.map((row) => [row.id, webhookOf(row)]));
      // What is not published yet is told as a change later: until then the webhook is as it was before.
      const unpublished = await rowsOf<Wanted>(
        manager,
        `SELECT key AS id, min(previous_version) AS version FROM outbox
         WHERE topic = 'webhooks' AND NOT is_republished AND position IS NULL AND ($1::text IS NULL OR tenant_id = $1)
         GROUP BY key`,
        [tenantId ?? null],
      );
      const before = await historiesAt(manager, unpublished);
      for (const [index, { id }] of unpublished.entries()) {
        const history = before[index];
        if (history?.kind === 'alive') webhooks.set(id, history.webhook);
        else webhooks.delete(id);
      }
      return { at, webhooks: [...webhooks.values()] };
    });
  }

  async after(from: FeedPosition, tenantId?: string): Promise<FeedPage | 'snapshot-needed'> {
    return this.#atOneMoment(async (manager) => {
      const { at, keptFrom } = await placeOf(manager);
      const isKnown = from.epoch === at.epoch && from.position <= at.position && from.position + 1 >= keptFrom;
      if (!isKnown) return 'snapshot-needed';
      const rows = await rowsOf<Wanted & { position: number }>(
        manager,
        `SELECT key AS id, version, position::float8 AS position FROM outbox
         WHERE topic = 'webhooks' AND NOT is_republished AND position > $1 AND ($2::text IS NULL OR tenant_id = $2)
         ORDER BY position LIMIT ${PAGE}`,
        [from.position, tenantId ?? null],
      );
      const histories = await historiesAt(manager, rows);
      const changes = rows.map(({ position }, index) => changeOf(histories[index], { epoch: at.epoch, position }));
      const isLast = rows.length < PAGE;
      return { changes, next: isLast ? at : { epoch: at.epoch, position: rows.at(-1)?.position ?? at.position } };
    });
  }

  async #atOneMoment<T>(read: (manager: EntityManager) => Promise<T>): Promise<T> {
    return inTransaction(this.#dataSource, read, { isolation: 'REPEATABLE READ' });
  }
}

/** Where the published changes end, and the first position that is still kept. */
async function placeOf(manager: EntityManager): Promise<{ readonly at: FeedPosition; readonly keptFrom: number }> {
  const [place] = await rowsOf<FeedPosition & { keptFrom: number }>(
    manager,
    `SELECT epoch.current AS epoch, coalesce(max(position), 0)::float8 AS position,
            coalesce(min(position), 1)::float8 AS "keptFrom"
     FROM epoch LEFT JOIN outbox ON position IS NOT NULL GROUP BY epoch.current`,
  );
  if (place === undefined) throw new Error('the table "epoch" is empty; the database was not migrated wholly');
  const { epoch, position, keptFrom } = place;
  return { at: { epoch, position }, keptFrom };
}

/** What each webhook was at that version, in the order asked for; version 0 is before it was. */
async function historiesAt(manager: EntityManager, wanted: readonly Wanted[]): Promise<readonly WebhookHistory[]> {
  const ids = [...new Set(wanted.map(({ id }) => id))];
  if (ids.length === 0) return [];
  const rows = await manager.findBy(WebhookEntity, { id: Any(ids) });
  const current = new Map<string, Webhook>(rows.map((row) => [row.id, webhookOf(row)]));
  const isCurrent = ({ id, version }: Wanted): boolean => current.get(id)?.version === version;
  const older = [...new Set(wanted.filter((one) => !isCurrent(one)).map(({ id }) => id))];
  const entries = await rowsOf<EntryRow>(
    manager,
    `SELECT ${ENTRY_COLUMNS} FROM webhook_event WHERE webhook_id = ANY($1) ORDER BY webhook_id, version`,
    [older],
  );
  const journals = Map.groupBy(entries, ({ webhook_id: id }) => id);
  return wanted.map((one): WebhookHistory => {
    const webhook = current.get(one.id);
    if (webhook !== undefined && isCurrent(one)) return { kind: 'alive', webhook };
    const fold = new JournalFold(one.id);
    for (const row of journals.get(one.id) ?? []) if (row.version <= one.version) fold.take(entryOf(row));
    return fold.history;
  });
}

function changeOf(history: WebhookHistory | undefined, at: FeedPosition): WebhookChange {
  if (history?.kind === 'alive') return { kind: 'changed', at, webhook: history.webhook };
  if (history?.kind === 'deleted') {
    const { id, tenantId, version } = history;
    return { kind: 'deleted', at, id, tenantId, version };
  }
  throw new Error(`the change at position ${at.position} is in no journal`);
}
