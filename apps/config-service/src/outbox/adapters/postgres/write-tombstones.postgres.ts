import { inTransaction, rowsOf } from '@signalbox/postgres';
import type { DataSource } from 'typeorm';
import type { OutboxMessage } from '../../domain/outbox-message.ts';
import { epochOf, fillOutbox } from './fill-outbox.postgres.ts';
import type { ToldDeletion } from './told-deletions.postgres.ts';

const AT_ONCE = 500;

/**
 * Puts a tombstone behind every deletion that was told 30 days ago, and answers how many: compaction then leaves nothing of
 * its key. Each is written once, over all instances.
 *
 * @throws SignalboxError `config.database_behind` while nothing may be changed.
 */
export async function writeTombstones(dataSource: DataSource, nowMs: number): Promise<number> {
  for (let written = 0; ;) {
    const count = await inTransaction(dataSource, async (transaction) => {
      const epoch = await epochOf(transaction);
      const due = await rowsOf<ToldDeletion>(
        transaction,
        `DELETE FROM told_deletion WHERE (topic, key) IN (
           SELECT topic, key FROM told_deletion WHERE tombstone_at_ms <= $1
           ORDER BY tombstone_at_ms LIMIT ${AT_ONCE} FOR UPDATE SKIP LOCKED)
         RETURNING topic, key, tenant_id AS "tenantId"`,
        [nowMs],
      );
      // Nothing changes by it for those who follow the changes.
      const tombstones = due.map((one): OutboxMessage => ({ ...one, value: null, isRepublished: true }));
      await fillOutbox(transaction, tombstones, { epoch, atMs: nowMs });
      return due.length;
    });
    written += count;
    if (count < AT_ONCE) return written;
  }
}
