import { LATENCY_BUCKET_COUNT } from '@signalbox/domain';
import type { BucketDelta } from '../../domain/bucket-deltas.ts';
import { COUNTED_ERRORS } from '../../domain/counted-errors.ts';
import { COUNTED } from '../../domain/delivery-counts.ts';
import { int4Array, textArray, timestampArray } from './binary-array.ts';
import type { Column } from './columns.ts';
import { column, insertSql } from './columns.ts';

const buckets = Array.from({ length: LATENCY_BUCKET_COUNT }, (_, index) => index);

const latencyColumns: readonly Column<BucketDelta>[] = buckets.map((index) =>
  // A bucket without a count is NULL, which takes a bit and not four bytes; most are.
  column(`l${index}`, 'int4', int4Array, ({ latency }: BucketDelta) => latency[index] || null),
);

const errorColumns: readonly Column<BucketDelta>[] = COUNTED_ERRORS.map((name, index) =>
  column(`error_${name.replace('-', '_')}`, 'int4', int4Array, ({ errors }: BucketDelta) => errors[index] || null),
);

const countColumns: readonly Column<BucketDelta>[] = COUNTED.map((name) =>
  column(name, 'int4', int4Array, ({ counts }: BucketDelta) => counts[name]),
);

const shared = [
  column('tenant_id', 'text', textArray, (delta: BucketDelta) => delta.tenantId),
  column('start_at', 'timestamptz', timestampArray, (delta: BucketDelta) => delta.startMs),
  ...countColumns,
  ...errorColumns,
  ...latencyColumns,
];

export const webhookBucketColumns: readonly Column<BucketDelta>[] = [
  column('webhook_id', 'text', textArray, (delta) => delta.webhookId),
  ...shared,
];

/**
 * Every batch counts for its tenants, and two transactions that wrote the same row would wait for each other. So these
 * rows are split: `shard` is the number of a partition that the transaction holds alone. Readers add the shards up.
 */
export function tenantBucketColumns(shard: number): readonly Column<BucketDelta>[] {
  return [column('shard', 'int4', int4Array, () => shard), ...shared];
}

const assignments = [
  ...countColumns.map(({ name }) => `${name} = known.${name} + excluded.${name}`),
  ...[...errorColumns, ...latencyColumns].map(
    ({ name }) => `${name} = coalesce(known.${name} + excluded.${name}, known.${name}, excluded.${name})`,
  ),
].join(', ');

const upsert = (table: string, columns: readonly Column<BucketDelta>[], key: string): string =>
  insertSql(table, columns, `ON CONFLICT (${key}) DO UPDATE SET ${assignments}`);

const WEBHOOK_KEY = 'webhook_id, tenant_id, start_at';
const TENANT_KEY = 'tenant_id, start_at, shard';

export const UPSERT_MINUTES = upsert('monitoring.webhook_minute', webhookBucketColumns, WEBHOOK_KEY);
export const UPSERT_HOURS = upsert('monitoring.webhook_hour', webhookBucketColumns, WEBHOOK_KEY);
export const UPSERT_TENANT_MINUTES = upsert('monitoring.tenant_minute', tenantBucketColumns(0), TENANT_KEY);
export const UPSERT_TENANT_HOURS = upsert('monitoring.tenant_hour', tenantBucketColumns(0), TENANT_KEY);
