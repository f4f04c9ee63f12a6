import { ERROR_CLASSES } from '@signalbox/contracts';
import { LATENCY_BUCKET_COUNT } from '@signalbox/domain';
import type { DeliveryTotals, ErrorCount, MinuteTotals } from '../../domain/webhook-health.ts';

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
export const LATENCIES = Array.from({ length: LATENCY_BUCKET_COUNT }, (_, index) => `l${index}`);

/** All counts of a bucket, as its table names them. */
export const BUCKET_COLUMNS: readonly string[] = [...COUNTS, ...LATENCIES, ...ERRORS];

/** The sums of many buckets as a `CountedBuckets`. */
export const BUCKET_SUMS = [
  ...COUNTS.map((name) => `coalesce(sum(${name}), 0)::float8 AS ${name}`),
  `ARRAY[${LATENCIES.map((name) => `coalesce(sum(${name}), 0)`).join(', ')}]::float8[] AS latency`,
  `ARRAY[${ERRORS.map((name) => `coalesce(sum(${name}), 0)`).join(', ')}]::float8[] AS errors`,
].join(', ');

/**
 * A minute of a series as a {@link SeriesRow}. Latencies as text, nothing for 0: a day has 1,440 minutes of 47 buckets, and
 * reading so many numbers out of arrays takes longer than all else.
 */
const seriesOf = (read: (name: string) => string): string =>
  [
    '(extract(epoch FROM start_at) * 1000)::float8 AS "atMs"',
    ...COUNTS.map((name) => `${read(name)}::float8 AS ${name}`),
    `array_to_string(ARRAY[${LATENCIES.map(read).join(', ')}], ',', '') AS latency`,
  ].join(', ');

/** Of a table that has one row a minute, and of one that has several. */
export const SERIES = seriesOf((name) => name);
export const SUMMED_SERIES = seriesOf((name) => `sum(${name})`);

/** As Postgres gives it. */
export interface SeriesRow extends DeliveryTotals {
  readonly atMs: number;
  readonly latency: string;
}

export function minuteTotalsOf({ latency, ...minute }: SeriesRow): MinuteTotals {
  return { ...minute, latency: latency.split(',').map(Number) };
}

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
