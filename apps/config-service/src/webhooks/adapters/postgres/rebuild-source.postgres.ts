import { rowsOf } from '@signalbox/postgres';
import type { EntityManager } from 'typeorm';
import { Any } from 'typeorm';
import type { RebuildSource } from '../../application/rebuild-source.port.ts';
import type { StoredEntry } from '../../domain/journal-fold.ts';
import type { Webhook } from '../../domain/webhook.ts';
import type { EntryRow } from './entry-row.ts';
import { ENTRY_COLUMNS, entryOf } from './entry-row.ts';
import { webhookOf } from './webhook-row.ts';
import { WebhookEntity } from './webhook.entity.ts';

/** Entries and rows read at once: entries may be as large as the body of a call. */
const PORTION = 500;

/** Reads by cursors, within a transaction of REPEATABLE READ, so that a service that goes on changes nothing under it. */
export class PostgresRebuildSource implements RebuildSource {
  readonly #manager: EntityManager;

  constructor(manager: EntityManager) {
    this.#manager = manager;
  }

  async *entries(): AsyncIterable<readonly StoredEntry[]> {
    const sql = `SELECT ${ENTRY_COLUMNS} FROM webhook_event ORDER BY webhook_id, version`;
    for await (const rows of this.#portions<EntryRow>('journal', sql)) yield rows.map(entryOf);
  }

  async rows(webhookIds: readonly string[]): Promise<ReadonlyMap<string, Webhook>> {
    const rows = await this.#manager.findBy(WebhookEntity, { id: Any([...webhookIds]) });
    return new Map(rows.map((row) => [row.id, webhookOf(row)]));
  }

  async *rowsWithoutJournal(): AsyncIterable<readonly string[]> {
    const sql = `SELECT id FROM webhook
      WHERE NOT EXISTS (SELECT 1 FROM webhook_event WHERE webhook_event.webhook_id = webhook.id)`;
    for await (const rows of this.#portions<{ id: string }>('orphans', sql)) yield rows.map(({ id }) => id);
  }

  async *#portions<Row>(name: string, sql: string): AsyncIterable<readonly Row[]> {
    await rowsOf(this.#manager, `DECLARE ${name} NO SCROLL CURSOR FOR ${sql}`);
    for (;;) {
      const rows = await rowsOf<Row>(this.#manager, `FETCH ${PORTION} FROM ${name}`);
      if (rows.length === 0) break;
      yield rows;
    }
    await rowsOf(this.#manager, `CLOSE ${name}`);
  }
}
