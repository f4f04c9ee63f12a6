import type { HealthMinute } from './health.query.ts';

export interface HealthBucket {
  /** Unix ms: its beginning. */
  readonly atMs: number;
  readonly succeeded: number;
  readonly failed: number;
  readonly open: number;
  /** succeeded ÷ (succeeded + failed); null while nothing has ended. */
  readonly successRate: number | null;
  /** ms: the highest of its minutes, for percentiles cannot be added; null where nothing was sent. */
  readonly p95Ms: number | null;
}

/**
 * Minutes put together into buckets of `sizeMs` from `fromMs` to `toMs` (Unix ms); those without any request are there too,
 * with zeros, so that a chart shows the silence. Buckets begin at multiples of their size.
 */
export function bucketsOf(
  minutes: readonly HealthMinute[],
  { fromMs, toMs, sizeMs }: { readonly fromMs: number; readonly toMs: number; readonly sizeMs: number },
): readonly HealthBucket[] {
  const startOf = (atMs: number): number => atMs - (atMs % sizeMs);
  const byStart = Map.groupBy(minutes, ({ at }) => startOf(at));
  const buckets: HealthBucket[] = [];
  for (let atMs = startOf(fromMs); atMs <= toMs; atMs += sizeMs) buckets.push(bucketOf(atMs, byStart.get(atMs) ?? []));
  return buckets;
}

function bucketOf(atMs: number, minutes: readonly HealthMinute[]): HealthBucket {
  const sum = (count: (minute: HealthMinute) => number): number =>
    minutes.reduce((total, minute) => total + count(minute), 0);
  const succeeded = sum((minute) => minute.succeeded);
  const failed = sum((minute) => minute.failed);
  const latencies = minutes.map(({ p95 }) => p95).filter((p95) => p95 !== null);
  return {
    atMs,
    succeeded,
    failed,
    open: sum((minute) => minute.open),
    successRate: succeeded + failed === 0 ? null : succeeded / (succeeded + failed),
    p95Ms: latencies.length === 0 ? null : Math.max(...latencies),
  };
}
