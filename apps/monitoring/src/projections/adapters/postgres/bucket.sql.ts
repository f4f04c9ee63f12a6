import { LATENCY_BUCKET_COUNT } from '@signalbox/domain';
import type { BucketDelta } from '../../domain/bucket-deltas.ts';
import { COUNTED } from '../../domain/delivery-counts.ts';
import { int4Array, textArray, timestampArray } from './binary-array.ts';
import type { Column } from './columns.ts';
import { column, insertSql } from './columns.ts';

const buckets = Array.from({ length: LATENCY_BUCKET_COUNT }, (_, index) => index);

const latencyColumns: readonly Column<BucketDelta>[] = buckets.map((index) =>
  // A bucket without a count is NULL, which takes a bit and not four bytes; most are.
  column(`l${index}`, 'int4', int4Array, ({ latency }: BucketDelta) => latency[index] || null),
);

export const bucketColumns: readonly Column<BucketDelta>[] = [
  column('webhook_id', 'text', textArray, (delta) => delta.webhookId),
  column('tenant_id', 'text', textArray, (delta) => delta.tenantId),
  column('start_at', 'timestamptz', timestampArray, (delta) => delta.startMs),
  ...COUNTED.map((name) => column(name, 'int4', int4Array, ({ counts }: BucketDelta) => counts[name])),
  ...latencyColumns,
];

const assignments = [
  ...COUNTED.map((name) => `${name} = known.${name} + excluded.${name}`),
  ...latencyColumns.map(
    ({ name }) => `${name} = coalesce(known.${name} + excluded.${name}, known.${name}, excluded.${name})`,
  ),
].join(', ');

const upsert = (table: string): string =>
  insertSql(table, bucketColumns, `ON CONFLICT (webhook_id, tenant_id, start_at) DO UPDATE SET ${assignments}`);

export const UPSERT_MINUTES = upsert('monitoring.webhook_minute');
export const UPSERT_HOURS = upsert('monitoring.webhook_hour');
