import { isKnownEvent } from '@signalbox/domain';
import { rowsOf } from '@signalbox/postgres';
import type { SqlRunner } from '@signalbox/postgres';

/**
 * Those of the names that stand for no event type of the tenant. Own types among them cannot be deleted until the
 * transaction ends: a webhook never subscribes to what is not there.
 */
export async function missingEventTypes(
  transaction: SqlRunner,
  tenantId: string,
  names: readonly string[],
): Promise<readonly string[]> {
  const own = names.filter((name) => !isKnownEvent(name));
  if (own.length === 0) return [];
  const rows = await rowsOf<{ name: string }>(
    transaction,
    'SELECT name FROM event_type WHERE tenant_id = $1 AND name = ANY ($2) ORDER BY name FOR KEY SHARE',
    [tenantId, own],
  );
  const held = new Set(rows.map(({ name }) => name));
  return own.filter((name) => !held.has(name));
}
