import { ERROR_CLASSES } from '@signalbox/contracts';
import { LATENCY_BUCKET_COUNT } from '@signalbox/domain';
import type { DeliveryTotals, ErrorCount } from '../../domain/webhook-health.ts';

export const COUNTS = [
  'requests',
  'succeeded',
  'failed',
  'retrying',
  'waiting',
] as const satisfies (keyof DeliveryTotals)[];

/** What a class is counted as that this version does not know is `other`. */
const COUNTED_ERRORS = [...ERROR_CLASSES, 'other'] as const;
const ERRORS = COUNTED_ERRORS.map((name) => `error_${name.replaceAll('-', '_')}`);
const LATENCIES = Array.from({ length: LATENCY_BUCKET_COUNT }, (_, index) => `l${index}`);

/** All counts of a bucket, as its table names them. */
export const BUCKET_COLUMNS = [...COUNTS, ...LATENCIES, ...ERRORS].join(', ');

/** The sums of many buckets as a `CountedBuckets`. */
export const BUCKET_SUMS = [
  ...COUNTS.map((name) => `coalesce(sum(${name}), 0)::float8 AS ${name}`),
  `ARRAY[${LATENCIES.map((name) => `coalesce(sum(${name}), 0)`).join(', ')}]::float8[] AS latency`,
  `ARRAY[${ERRORS.map((name) => `coalesce(sum(${name}), 0)`).join(', ')}]::float8[] AS errors`,
].join(', ');

/** As Postgres gives them. */
export interface CountedBuckets extends DeliveryTotals {
  readonly latency: readonly number[];
  /** By the class, in the order of the columns. */
  readonly errors: readonly number[];
}

/** The classes that came up, the most frequent first. */
export function errorCountsOf(errors: readonly number[]): readonly ErrorCount[] {
  return COUNTED_ERRORS.map((errorClass, index) => ({ errorClass, attempts: errors[index] ?? 0 }))
    .filter(({ attempts }) => attempts > 0)
    .toSorted((left, right) => right.attempts - left.attempts);
}
