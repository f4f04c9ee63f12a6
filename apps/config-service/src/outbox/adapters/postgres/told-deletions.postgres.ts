import { rowsOf } from '@signalbox/postgres';
import type { SqlRunner } from '@signalbox/postgres';
import type { OutboxMessage, OutboxTopic } from '../../domain/outbox-message.ts';

const DAY_MS = 86_400_000;
/** What is still on its way to something deleted must find that it is: longer than any topic keeps it. */
export const DELETIONS_TOLD_FOR_MS = 30 * DAY_MS;

export type ToldDeletion = Pick<OutboxMessage, 'topic' | 'key' | 'tenantId'>;

/** Remembers that deletions were told at `atMs`; told again, they are told for longer. In the transaction that tells them. */
export async function rememberDeletions(
  transaction: SqlRunner,
  deletions: readonly ToldDeletion[],
  atMs: number,
): Promise<void> {
  if (deletions.length === 0) return;
  await rowsOf(
    transaction,
    `INSERT INTO told_deletion (topic, key, tenant_id, tombstone_at_ms)
     SELECT DISTINCT ON (topic, key) topic, key, tenant_id, $4::bigint
     FROM unnest($1::text[], $2::text[], $3::text[]) AS told (topic, key, tenant_id) ORDER BY topic, key
     ON CONFLICT (topic, key)
     DO UPDATE SET tombstone_at_ms = greatest(told_deletion.tombstone_at_ms, excluded.tombstone_at_ms)`,
    [
      deletions.map(({ topic }) => topic),
      deletions.map(({ key }) => key),
      deletions.map(({ tenantId }) => tenantId),
      atMs + DELETIONS_TOLD_FOR_MS,
    ],
  );
}

/**
 * What was deleted under this key is there again: no tombstone may come behind it. Before the outbox is filled, since it
 * waits for a tombstone that is being written, which must come first.
 */
export async function forgetDeletion(transaction: SqlRunner, topic: OutboxTopic, key: string): Promise<void> {
  await rowsOf(transaction, 'DELETE FROM told_deletion WHERE topic = $1 AND key = $2', [topic, key]);
}
