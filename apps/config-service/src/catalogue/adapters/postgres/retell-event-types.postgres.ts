import { encodeEventType, eventTypeKey } from '@signalbox/contracts';
import type { EventTypeRecord } from '@signalbox/contracts';
import { rowsOf } from '@signalbox/postgres';
import type { SqlRunner } from '@signalbox/postgres';
import { fillOutbox, rememberDeletions } from '../../../outbox/outbox.ts';
import type { OutboxMessage } from '../../../outbox/outbox.ts';

const PORTION = 500;

interface Row {
  readonly tenantId: string;
  readonly name: string;
  readonly version: number;
  readonly deprecated: boolean;
}

interface Now {
  readonly epoch: number;
  readonly atMs: number;
}

/**
 * Tells of every own event type again, in a new epoch: for a topic that was emptied, or a database that was restored. `told`
 * is what the topic tells, by key; of what it has and the database lacks a deletion is told. Answers how many.
 */
export async function retellEventTypes(
  transaction: SqlRunner,
  told: ReadonlyMap<string, EventTypeRecord>,
  { epoch, atMs }: Now,
): Promise<number> {
  const lacking = new Map(told);
  let after: Pick<Row, 'tenantId' | 'name'> = { tenantId: '', name: '' };
  for (;;) {
    const types = await rowsOf<Row>(
      transaction,
      `SELECT tenant_id AS "tenantId", name, version, is_deprecated AS deprecated FROM event_type
       WHERE (tenant_id, name) > ($1, $2) ORDER BY tenant_id, name LIMIT ${PORTION}`,
      [after.tenantId, after.name],
    );
    const last = types.at(-1);
    if (last === undefined) break;
    after = last;
    for (const type of types) lacking.delete(eventTypeKey(type));
    const messages = types.map((type) => messageOf({ deleted: false, ...type, epoch }));
    await fillOutbox(transaction, messages, { epoch, atMs });
  }
  return tellDeletions(transaction, [...lacking.values()], { epoch, atMs });
}

async function tellDeletions(
  transaction: SqlRunner,
  lacking: readonly EventTypeRecord[],
  { epoch, atMs }: Now,
): Promise<number> {
  const [deleted, alive] = [lacking.filter((one) => one.deleted), lacking.filter((one) => !one.deleted)];
  // Below every version of the new epoch: whoever makes the name anew comes later.
  const messages = alive.map(({ tenantId, name }) =>
    messageOf({ deleted: true, tenantId, name, version: 0, epoch, deletedAtMs: atMs }),
  );
  await fillOutbox(transaction, messages, { epoch, atMs });
  // This database may know nothing of them, and their tombstones would never come.
  await rememberDeletions(
    transaction,
    deleted.map((one) => ({ topic: 'event-types', key: eventTypeKey(one), tenantId: one.tenantId })),
    atMs,
  );
  return alive.length;
}

function messageOf(record: EventTypeRecord): OutboxMessage {
  const { tenantId, deleted: isDeletion } = record;
  return { topic: 'event-types', key: eventTypeKey(record), value: encodeEventType(record), tenantId, isDeletion };
}
