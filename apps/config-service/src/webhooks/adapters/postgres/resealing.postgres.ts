import { inTransaction, rowsOf } from '@signalbox/postgres';
import { keyIdOf } from '@signalbox/secrets';
import type { SecretBox } from '@signalbox/secrets';
import type { DataSource, EntityManager } from 'typeorm';
import type { ResealedPortion, Resealing } from '../../application/reencrypt-secrets.ts';
import { JournalFold } from '../../domain/journal-fold.ts';
import { mapSealedTexts } from '../../domain/sealed-texts.ts';
import type { EntryRow } from './entry-row.ts';
import { ENTRY_COLUMNS, entryOf } from './entry-row.ts';
import { webhookOf } from './webhook-row.ts';
import { WebhookEntity } from './webhook.entity.ts';

const PORTION = 100;

export interface ResealingOptions {
  readonly dataSource: DataSource;
  readonly box: SecretBox;
  readonly writingKeyId: string;
}

export class PostgresResealing implements Resealing {
  readonly #options: ResealingOptions;

  constructor(options: ResealingOptions) {
    this.#options = options;
  }

  async reseal(afterId: string): Promise<ResealedPortion | 'done'> {
    const { dataSource } = this.#options;
    const ids = await rowsOf<{ id: string }>(
      dataSource,
      `SELECT DISTINCT webhook_id AS id FROM webhook_event WHERE webhook_id > $1 ORDER BY id LIMIT ${PORTION}`,
      [afterId],
    );
    const lastId = ids.at(-1)?.id;
    if (lastId === undefined) return 'done';
    let resealed = 0;
    let unreadable = 0;
    for (const { id } of ids) {
      const done = await inTransaction(dataSource, async (manager) => this.#resealOne(manager, id));
      if (done.isChanged) resealed++;
      unreadable += done.unreadable;
    }
    return { lastId, webhooks: ids.length, resealed, unreadable };
  }

  async elsewhere(): Promise<ReadonlyMap<string, number>> {
    const { dataSource } = this.#options;
    const [table] = await rowsOf<{ name: string | null }>(
      dataSource,
      "SELECT to_regclass('idempotent_answer')::text AS name",
    );
    if (typeof table?.name !== 'string') return new Map();
    const rows = await rowsOf<{ id: string; count: number }>(
      dataSource,
      "SELECT split_part(sealed, '.', 2) AS id, count(*)::int AS count FROM idempotent_answer GROUP BY 1",
    );
    return new Map(rows.map(({ id, count }) => [id, count]));
  }

  /** One text becomes one other wherever it stands: the row must stay what its journal adds up to. */
  async #resealOne(manager: EntityManager, id: string): Promise<{ isChanged: boolean; unreadable: number }> {
    // The row first: whoever appends holds it until its entries are committed.
    await rowsOf(manager, 'SELECT 1 FROM webhook WHERE id = $1 FOR UPDATE', [id]);
    const resealed = new Map<string, string>();
    const unreadable = new Set<string>();
    const replace = (sealed: string): string => {
      if (keyIdOf(sealed) === this.#options.writingKeyId) return sealed;
      const known = resealed.get(sealed);
      if (known !== undefined) return known;
      const opened = this.#options.box.open(sealed, id);
      if (opened.kind !== 'opened') {
        unreadable.add(sealed);
        return sealed;
      }
      const anew = this.#options.box.seal(opened.plain, id);
      resealed.set(sealed, anew);
      return anew;
    };
    const fold = new JournalFold(id);
    const sql = `SELECT ${ENTRY_COLUMNS} FROM webhook_event WHERE webhook_id = $1 ORDER BY version`;
    for (const row of await rowsOf<EntryRow>(manager, sql, [id])) {
      const data = mapSealedTexts(row.data, replace);
      fold.take(entryOf({ ...row, data }));
      if (JSON.stringify(data) === JSON.stringify(row.data)) continue;
      await rowsOf(manager, 'UPDATE webhook_event SET data = $3 WHERE webhook_id = $1 AND version = $2', [
        id,
        row.version,
        JSON.stringify(data),
      ]);
    }
    await this.#resealOutbox(manager, id, replace);
    await this.#resealRow(manager, id, replace, fold);
    return { isChanged: resealed.size > 0, unreadable: unreadable.size };
  }

  async #resealOutbox(manager: EntityManager, id: string, replace: (sealed: string) => string): Promise<void> {
    const rows = await rowsOf<{ id: number; value: string }>(
      manager,
      "SELECT id, value FROM outbox WHERE topic = 'webhooks' AND key = $1 AND value IS NOT NULL FOR UPDATE",
      [id],
    );
    for (const { id: outboxId, value } of rows) {
      const anew = JSON.stringify(mapSealedTexts(JSON.parse(value) as object, replace));
      if (anew !== value) await rowsOf(manager, 'UPDATE outbox SET value = $2 WHERE id = $1', [outboxId, anew]);
    }
  }

  async #resealRow(
    manager: EntityManager,
    id: string,
    replace: (sealed: string) => string,
    { history, faults }: JournalFold,
  ): Promise<void> {
    const row = await manager.findOneBy(WebhookEntity, { id });
    if (row === null) return;
    // From the journal where it is sound: a change decided before the last pass may have put an older text into the row.
    const of =
      history.kind === 'alive' && faults.length === 0 ? history.webhook : mapSealedTexts(webhookOf(row), replace);
    const { headers, signingKeys, ed25519PrivateKey } = of;
    await manager.update(WebhookEntity, { id }, { headers, signingKeys, ed25519PrivateKey });
  }
}
