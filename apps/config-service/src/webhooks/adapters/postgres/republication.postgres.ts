import { encodeWebhook } from '@signalbox/contracts';
import { inTransaction, rowsOf } from '@signalbox/postgres';
import type { DataSource, EntityManager } from 'typeorm';
import { Any, MoreThan } from 'typeorm';
import { retellEventTypes } from '../../../catalogue/catalogue.ts';
import { DELETIONS_TOLD_FOR_MS, LINEAGE, epochRowOf, fillOutbox, rememberDeletions } from '../../../outbox/outbox.ts';
import type { OutboxMessage } from '../../../outbox/outbox.ts';
import type { Begun, Republication } from '../../application/republish-webhooks.ts';
import type { Told, ToldWebhook } from '../../application/told-topics.port.ts';
import { webhookRecordOf } from '../../domain/webhook-record.ts';
import type { WebhookHistory } from '../../domain/webhook.ts';
import { webhookOf } from './webhook-row.ts';
import { WebhookEntity } from './webhook.entity.ts';

const PORTION = 200;

interface Deletion {
  readonly id: string;
  readonly tenantId: string;
  readonly version: number;
  readonly deletedAtMs: number;
}

export class PostgresRepublication implements Republication {
  readonly #dataSource: DataSource;
  readonly #now: () => number;

  constructor(dataSource: DataSource, now: () => number = Date.now) {
    this.#dataSource = dataSource;
    this.#now = now;
  }

  async begin({ webhooks: told, eventTypes }: Told): Promise<Begun> {
    return inTransaction(this.#dataSource, async (manager) => {
      await manager.query('SET LOCAL statement_timeout = 0');
      // Nobody commits a change meanwhile: whoever has changed a row waits here for the new epoch.
      const { current } = await epochRowOf(manager, 'FOR UPDATE');
      const epochs = [...told.values(), ...eventTypes.values()].map((one) => one.epoch);
      const epoch = epochs.reduce((highest, one) => Math.max(highest, one), current) + 1;
      await manager.query('UPDATE epoch SET current = $1', [epoch]);
      const unpublished = await rowsOf<{ key: string }>(
        manager,
        "DELETE FROM outbox WHERE topic = 'webhooks' AND position IS NULL RETURNING key",
      );
      const deletions = await this.#deletions(manager, told, unpublished);
      const atMs = this.#now();
      const again = await manager.findBy(WebhookEntity, { id: Any([...new Set(unpublished.map(({ key }) => key))]) });
      const messages = [
        ...again.map((row) => messageOf({ kind: 'alive', webhook: webhookOf(row) }, epoch, atMs)),
        ...deletions.map(({ deletedAtMs, ...one }) => messageOf({ kind: 'deleted', ...one }, epoch, deletedAtMs)),
      ];
      await fillOutbox(manager, messages, { epoch, atMs });
      await this.#rememberTold(manager, told, atMs);
      const deletedTypes = await retellEventTypes(manager, eventTypes, { epoch, atMs });
      const webhooks = await manager.count(WebhookEntity);
      return { epoch, webhooks, deletions: deletions.length + deletedTypes };
    });
  }

  async tell(
    epoch: number,
    afterId: string,
  ): Promise<{ readonly lastId: string; readonly count: number } | 'done' | 'overtaken'> {
    return inTransaction(this.#dataSource, async (manager) => {
      const { current } = await epochRowOf(manager, 'FOR SHARE');
      if (current !== epoch) return 'overtaken';
      // Locked: whoever changes one of these meanwhile gets a later place in the outbox, or has got an earlier one already.
      const rows = await manager.find(WebhookEntity, {
        where: { id: MoreThan(afterId) },
        order: { id: 'ASC' },
        take: PORTION,
        lock: { mode: 'pessimistic_read' },
      });
      const last = rows.at(-1);
      if (last === undefined) return 'done';
      const atMs = this.#now();
      const messages = rows.map((row) => messageOf({ kind: 'alive', webhook: webhookOf(row) }, epoch, atMs));
      await fillOutbox(manager, messages, { epoch, atMs });
      return { lastId: last.id, count: rows.length };
    });
  }

  async finish(epoch: number): Promise<void> {
    await this.#dataSource.query(`UPDATE epoch SET is_behind = false, known_as = ${LINEAGE} WHERE current = $1`, [
      epoch,
    ]);
  }

  async waiting(epoch: number): Promise<number> {
    const [row] = await rowsOf<{ count: number }>(
      this.#dataSource,
      `SELECT count(*)::int AS count FROM outbox
       WHERE position IS NULL AND is_republished AND epoch <= $1`,
      [epoch],
    );
    return row?.count ?? 0;
  }

  /** Of the topic's deletions this database may know nothing: their tombstones would never come. */
  async #rememberTold(manager: EntityManager, told: ReadonlyMap<string, ToldWebhook>, atMs: number): Promise<void> {
    const deleted = [...told].filter(([, { isDeleted }]) => isDeleted);
    const alive = await manager.findBy(WebhookEntity, { id: Any(deleted.map(([id]) => id)) });
    const back = new Set(alive.map(({ id }) => id));
    const deletions = deleted.filter(([id]) => !back.has(id));
    await rememberDeletions(
      manager,
      deletions.map(([key, { tenantId }]) => ({ topic: 'webhooks', key, tenantId })),
      atMs,
    );
  }

  /** Of what the topic or the outbox tells and no row has, and of what was deleted not long ago. */
  async #deletions(
    manager: EntityManager,
    told: ReadonlyMap<string, ToldWebhook>,
    unpublished: readonly { readonly key: string }[],
  ): Promise<readonly Deletion[]> {
    const atMs = this.#now();
    const alive = [...told].filter(([, { isDeleted }]) => !isDeleted);
    const candidates = [...new Set([...alive.map(([id]) => id), ...unpublished.map(({ key }) => key)])];
    const journaled = await rowsOf<Deletion>(
      manager,
      `SELECT webhook_id AS id, tenant_id AS "tenantId", version, at_ms::float8 AS "deletedAtMs" FROM webhook_event
       WHERE type = 'Deleted' AND (at_ms > $1 OR webhook_id = ANY($2))`,
      [atMs - DELETIONS_TOLD_FOR_MS, candidates],
    );
    const known = new Set(journaled.map(({ id }) => id));
    const unknown = await rowsOf<{ id: string }>(
      manager,
      `SELECT id FROM unnest($1::text[]) AS told (id)
       WHERE NOT EXISTS (SELECT 1 FROM webhook WHERE webhook.id = told.id)`,
      [alive.map(([id]) => id).filter((id) => !known.has(id))],
    );
    const lacking = unknown.flatMap(({ id }): Deletion[] => {
      const one = told.get(id);
      return one === undefined ? [] : [{ id, tenantId: one.tenantId, version: one.version, deletedAtMs: atMs }];
    });
    return [...journaled, ...lacking];
  }
}

function messageOf(history: WebhookHistory, epoch: number, atMs: number): OutboxMessage {
  const record = webhookRecordOf(history, epoch, atMs);
  const { id: key, tenantId, version, deleted: isDeletion } = record;
  return { topic: 'webhooks', key, tenantId, version, value: encodeWebhook(record), isDeletion, isRepublished: true };
}
