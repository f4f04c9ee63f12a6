import { encodeEventType, eventTypeKey } from '@signalbox/contracts';
import { rowsOf } from '@signalbox/postgres';
import type { SqlRunner } from '@signalbox/postgres';
import { fillOutbox } from '../../../outbox/outbox.ts';

const PORTION = 500;

interface Told {
  readonly tenantId: string;
  readonly name: string;
  readonly version: number;
  readonly deprecated: boolean;
}

/** Tells of every own event type again, in a new epoch: for a topic that was emptied, or a database that was restored. */
export async function retellEventTypes(
  transaction: SqlRunner,
  { epoch, atMs }: { readonly epoch: number; readonly atMs: number },
): Promise<void> {
  let after: Pick<Told, 'tenantId' | 'name'> = { tenantId: '', name: '' };
  for (;;) {
    const types = await rowsOf<Told>(
      transaction,
      `SELECT tenant_id AS "tenantId", name, version, is_deprecated AS deprecated FROM event_type
       WHERE (tenant_id, name) > ($1, $2) ORDER BY tenant_id, name LIMIT ${PORTION}`,
      [after.tenantId, after.name],
    );
    const last = types.at(-1);
    if (last === undefined) return;
    after = last;
    const messages = types.map(({ tenantId, name, version, deprecated }) => {
      const record = { deleted: false, tenantId, name, version, deprecated, epoch } as const;
      return { topic: 'event-types', key: eventTypeKey(record), value: encodeEventType(record), tenantId } as const;
    });
    await fillOutbox(transaction, messages, { epoch, atMs });
  }
}
