import { inTransaction, rowsOf } from '@signalbox/postgres';
import type { DataSource } from 'typeorm';
import type { RowRepair } from '../../application/rebuild-source.port.ts';
import { JournalFold } from '../../domain/journal-fold.ts';
import type { EntryRow } from './entry-row.ts';
import { ENTRY_COLUMNS, entryOf } from './entry-row.ts';
import { WebhookEntity } from './webhook.entity.ts';

/** Rewrites rows from the journal, each in a transaction of its own, beside a service that goes on. */
export class PostgresRowRepair implements RowRepair {
  readonly #dataSource: DataSource;

  constructor(dataSource: DataSource) {
    this.#dataSource = dataSource;
  }

  async repair(webhookId: string): Promise<'repaired' | 'faulty'> {
    return inTransaction(this.#dataSource, async (manager) => {
      // The row first: whoever appends holds it until its entries are committed, and they are read below then.
      await rowsOf(manager, 'SELECT 1 FROM webhook WHERE id = $1 FOR UPDATE', [webhookId]);
      const fold = new JournalFold(webhookId);
      const sql = `SELECT ${ENTRY_COLUMNS} FROM webhook_event WHERE webhook_id = $1 ORDER BY version`;
      for (const row of await rowsOf<EntryRow>(manager, sql, [webhookId])) fold.take(entryOf(row));
      if (fold.faults.length > 0) return 'faulty';
      if (fold.history.kind !== 'alive') {
        await manager.delete(WebhookEntity, { id: webhookId });
        return 'repaired';
      }
      const { affected } = await manager.update(WebhookEntity, { id: webhookId }, { ...fold.history.webhook });
      if (affected === 0) {
        await manager
          .createQueryBuilder()
          .insert()
          .into(WebhookEntity)
          .values(fold.history.webhook)
          .orIgnore()
          .execute();
      }
      return 'repaired';
    });
  }
}
