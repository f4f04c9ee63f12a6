import type { BreakerChanged } from '@signalbox/contracts';
import { compareTexts, greater } from '../../domain/total-order.ts';
import { textArray, timestampArray, uuidArray } from './binary-array.ts';
import type { Column } from './columns.ts';
import { column, insertSql } from './columns.ts';

export const breakerColumns: readonly Column<BreakerChanged>[] = [
  column('webhook_id', 'text', textArray, (change) => change.webhookId),
  column('tenant_id', 'text', textArray, (change) => change.tenantId),
  column('at', 'timestamptz', timestampArray, (change) => change.atMs),
  column('state', 'text', textArray, (change) => change.state),
  column('reason', 'text', textArray, (change) => change.reason),
  column('open_since', 'timestamptz', timestampArray, (change) => change.openSinceMs),
  column('next_probe_at', 'timestamptz', timestampArray, (change) => change.nextProbeAtMs),
  column('delivery_id', 'uuid', uuidArray, (change) => change.deliveryId),
];

export const INSERT_BREAKER_CHANGES = insertSql(
  'monitoring.breaker_change',
  breakerColumns,
  'ON CONFLICT (webhook_id, at, state, delivery_id) DO NOTHING',
);

const KEY = ['webhook_id', 'tenant_id'];
const assignments = breakerColumns
  .filter(({ name }) => !KEY.includes(name))
  .map(({ name }) => `${name} = excluded.${name}`)
  .join(', ');

/** The latest change of each webhook, whatever the order they are read in. */
export const UPSERT_BREAKERS = insertSql(
  'monitoring.webhook_breaker',
  breakerColumns,
  `ON CONFLICT (${KEY.join(', ')}) DO UPDATE SET ${assignments}
   WHERE (excluded.at, excluded.state, excluded.delivery_id) > (known.at, known.state, known.delivery_id)`,
);

/** One change for each webhook: a statement cannot write a row twice. */
export function latestChanges(changes: readonly BreakerChanged[]): readonly BreakerChanged[] {
  const latest = new Map<string, BreakerChanged>();
  for (const change of changes) {
    const key = `${change.tenantId}\n${change.webhookId}`;
    latest.set(key, greater(latest.get(key) ?? null, change, compareChanges));
  }
  return [...latest.values()];
}

function compareChanges(left: BreakerChanged, right: BreakerChanged): number {
  return (
    left.atMs - right.atMs || compareTexts(left.state, right.state) || compareTexts(left.deliveryId, right.deliveryId)
  );
}
