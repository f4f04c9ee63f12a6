import type { BreakerChanged } from '@signalbox/contracts';
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
