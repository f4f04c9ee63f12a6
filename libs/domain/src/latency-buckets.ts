/**
 * Fixed buckets for durations, three to the octave: bucket 0 holds up to 1 ms, bucket i up to 2^(i/3) ms, the last one all
 * above 32,768 ms. The bounds never change, because counts of different hours are added up; merging is exact.
 */
const BUCKETS_PER_OCTAVE = 3;
const OCTAVES = 15;

export const LATENCY_BUCKET_COUNT = OCTAVES * BUCKETS_PER_OCTAVE + 2;

/** Upper bounds in ms of all buckets but the last, ascending. */
export const LATENCY_BOUNDS_MS: readonly number[] = Array.from(
  { length: LATENCY_BUCKET_COUNT - 1 },
  (_, index) => 2 ** (index / BUCKETS_PER_OCTAVE),
);

/** Index of the bucket a duration falls in; what is no number counts as 0 ms. */
export function latencyBucketOf(durationMs: number): number {
  if (!(durationMs > 1)) return 0;
  const estimate = Math.ceil(Math.log2(durationMs) * BUCKETS_PER_OCTAVE);
  if (estimate >= LATENCY_BUCKET_COUNT) return LATENCY_BUCKET_COUNT - 1;
  // The logarithm may be off by one at a bound, which belongs to the bucket it ends.
  const below = LATENCY_BOUNDS_MS[estimate - 1];
  return below !== undefined && durationMs <= below ? estimate - 1 : estimate;
}

/**
 * The duration below which the share `quantile` (0..1) of the counted ones lies, in ms, or null when nothing was counted.
 * It is the geometric middle of its bucket, so it is off by a factor of 2^(1/6) at most: 12.3 %.
 */
export function latencyQuantile(counts: readonly number[], quantile: number): number | null {
  // Loops of their own: this runs for each of the 1,440 minutes of a series.
  let total = 0;
  for (const count of counts) total += count;
  if (total === 0) return null;
  const rank = Math.max(1, Math.ceil(quantile * total));
  let index = 0;
  for (let seen = counts[0] ?? 0; seen < rank; seen += counts[index] ?? 0) index++;
  const upper = LATENCY_BOUNDS_MS[index] ?? LATENCY_BOUNDS_MS.at(-1) ?? 0;
  const lower = index === 0 ? upper : (LATENCY_BOUNDS_MS[index - 1] ?? upper);
  return Math.round(Math.sqrt(lower * upper) * 100) / 100;
}
