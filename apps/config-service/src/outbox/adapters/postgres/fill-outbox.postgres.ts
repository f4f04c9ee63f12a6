import { rowsOf } from '@signalbox/postgres';
import type { SqlRunner } from '@signalbox/postgres';
import type { OutboxMessage } from '../../domain/outbox-message.ts';
import { SignalboxError } from '../../../errors/signalbox-error.ts';
import { epochRowOf } from './epoch.postgres.ts';
import { rememberDeletions } from './told-deletions.postgres.ts';
import { OUTBOX_CHANNEL } from './outbox.postgres.ts';

/** Until then an operator is not likely to have mended it. */
const OPERATOR_SECONDS = 60;

/**
 * The epoch that what is written in this transaction counts in.
 *
 * @throws SignalboxError `config.database_behind`, `service.unavailable` while nothing may be changed.
 */
export async function epochOf(transaction: SqlRunner): Promise<number> {
  const { current, isBehind, isKnown } = await epochRowOf(transaction, 'FOR SHARE');
  if (!isBehind && isKnown) return current;
  // What was written now could hide from the comparison that the topic is ahead.
  if (!isBehind) {
    throw new SignalboxError(
      'service.unavailable',
      'Nothing can be changed for a moment: the database was restored or has failed over, and is being compared with the topic webhooks',
    );
  }
  throw new SignalboxError(
    'config.database_behind',
    'Nothing can be changed: the database is older than the topic webhooks, as one that was restored is. Reading goes ' +
      'on; an operator has to run: npm run config -- republish',
    { retryAfterSeconds: OPERATOR_SECONDS },
  );
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
    `INSERT INTO outbox (topic, key, value, headers, tenant_id, version, previous_version, is_republished, epoch, committed_at_ms)
     SELECT topic, key, value, headers, tenant_id, version, previous_version, is_republished, $9, $10
     FROM unnest($1::text[], $2::text[], $3::text[], $4::jsonb[], $5::text[], $6::int[], $7::int[], $8::boolean[])
       WITH ORDINALITY
       AS message (topic, key, value, headers, tenant_id, version, previous_version, is_republished, place)
     ORDER BY place`,
    [
      column(({ topic }) => topic),
      column(({ key }) => key),
      column(({ value }) => value),
      column(({ headers = {} }) => JSON.stringify(headers)),
      column(({ tenantId }) => tenantId),
      column(({ version }) => version ?? null),
      column(({ previousVersion }) => previousVersion ?? null),
      column(({ isRepublished = false }) => isRepublished),
      epoch,
      atMs,
    ],
  );
  const deletions = messages.filter(({ isDeletion = false }) => isDeletion);
  await rememberDeletions(transaction, deletions, atMs);
  await rowsOf(transaction, 'SELECT pg_notify($1, $2)', [OUTBOX_CHANNEL, '']);
}
