import { rowsOf } from '@signalbox/postgres';
import type { SqlRunner } from '@signalbox/postgres';
import type { OutboxMessage } from '../../domain/outbox-message.ts';
import { OUTBOX_CHANNEL } from './outbox.postgres.ts';

/**
 * The epoch that what is written in this transaction counts in. Shared until the transaction ends: nobody may raise the
 * epoch while a change counted in the old one is not committed yet.
 */
export async function epochOf(transaction: SqlRunner): Promise<number> {
  const [epoch] = await rowsOf<{ current: number }>(transaction, 'SELECT current FROM epoch FOR SHARE');
  if (epoch === undefined) throw new Error('the table "epoch" is empty; the database was not migrated wholly');
  return epoch.current;
}

/**
 * Writes messages to the outbox, in the order in which they are to be published, inside the transaction of the change
 * they tell of: they are published if and only if it commits. `atMs` is the time of the change.
 */
export async function fillOutbox(
  transaction: SqlRunner,
  messages: readonly OutboxMessage[],
  { epoch, atMs }: { readonly epoch: number; readonly atMs: number },
): Promise<void> {
  if (messages.length === 0) return;
  const column = <T>(pick: (message: OutboxMessage) => T): T[] => messages.map(pick);
  await rowsOf(
    transaction,
    `INSERT INTO outbox (topic, key, value, headers, tenant_id, version, previous_version, epoch, committed_at_ms)
     SELECT topic, key, value, headers, tenant_id, version, previous_version, $8, $9
     FROM unnest($1::text[], $2::text[], $3::text[], $4::jsonb[], $5::text[], $6::int[], $7::int[]) WITH ORDINALITY
       AS message (topic, key, value, headers, tenant_id, version, previous_version, place)
     ORDER BY place`,
    [
      column(({ topic }) => topic),
      column(({ key }) => key),
      column(({ value }) => value),
      column(({ headers = {} }) => JSON.stringify(headers)),
      column(({ tenantId }) => tenantId),
      column(({ version }) => version ?? null),
      column(({ previousVersion }) => previousVersion ?? null),
      epoch,
      atMs,
    ],
  );
  await rowsOf(transaction, 'SELECT pg_notify($1, $2)', [OUTBOX_CHANNEL, '']);
}
