import { ERROR_CLASSES } from '@signalbox/contracts';
import { LATENCY_BUCKET_COUNT } from '@signalbox/domain';
import type { DeliveryTotals, ErrorCount, MinuteTotals, WindowTotals } from '../../domain/webhook-health.ts';
import { noTotals } from '../../domain/webhook-health.ts';

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

/**
 * Many counts as one text, nothing for null. A page has 4,700 latencies and a day of minutes 67,680, most of them null: as
 * arrays of Postgres they take twice the time there, and longer than all else to be read here.
 */
const told = (counts: readonly string[]): string => `ROW(${counts.join(', ')})::text`;

/** Reads what `told` tells, and arrays of whole numbers as text. Null is 0. */
export function countsOf(text: string): number[] {
  const counts: number[] = [];
  let count = 0;
  let sign = 1;
  for (let at = 1; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === MINUS) sign = -1;
    else if (code >= ZERO && code <= ZERO + 9) count = count * 10 + code - ZERO;
    else {
      counts.push(sign * count);
      [count, sign] = [0, 1];
    }
  }
  return counts;
}

const MINUS = 0x2d;
const ZERO = 0x30;

const sumOf = (name: string): string => `sum(${name})`;

/** The sums of latencies as one text. */
export const LATENCY_SUMS = told(LATENCIES.map(sumOf));

/** The sums of many buckets as a `CountedBuckets`. */
export const BUCKET_SUMS = [
  ...COUNTS.map((name) => `coalesce(sum(${name}), 0) AS ${name}`),
  `${LATENCY_SUMS} AS latency`,
  `${told(ERRORS.map(sumOf))} AS errors`,
].join(', ');

/** A minute of a series as a {@link SeriesRow}. */
const seriesOf = (read: (name: string) => string): string =>
  `${told([`(date_part('epoch', start_at) * 1000)::int8`, ...[...COUNTS, ...LATENCIES].map(read)])} AS minute`;

/** Of a table that has one row a minute, and of one that has several. */
export const SERIES = seriesOf((name) => name);
export const SUMMED_SERIES = seriesOf(sumOf);

/** As Postgres gives it. */
export interface SeriesRow {
  readonly minute: string;
}

export function minuteTotalsOf(row: SeriesRow): MinuteTotals {
  const [atMs = 0, requests = 0, succeeded = 0, failed = 0, retrying = 0, waiting = 0, ...latency] = countsOf(
    row.minute,
  );
  return { atMs, requests, succeeded, failed, retrying, waiting, latency };
}

/** As Postgres gives them. */
export interface CountedBuckets extends DeliveryTotals {
  readonly latency: string;
  /** By the class, in the order of the columns. */
  readonly errors: string;
}

export function windowTotalsOf(totals: CountedBuckets | undefined): WindowTotals {
  if (totals === undefined) return { ...noTotals, errors: [] };
  return { ...totals, latency: countsOf(totals.latency), errors: errorCountsOf(countsOf(totals.errors)) };
}

/** The classes that came up, the most frequent first. */
function errorCountsOf(errors: readonly number[]): readonly ErrorCount[] {
  return COUNTED_ERRORS.map((errorClass, index) => ({ errorClass, attempts: errors[index] ?? 0 }))
    .filter(({ attempts }) => attempts > 0)
    .toSorted((left, right) => right.attempts - left.attempts);
}
