import { LATENCY_BUCKET_COUNT, latencyBucketOf } from '@signalbox/domain';
import type { DeliveryCounts } from './delivery-counts.ts';
import { COUNTED } from './delivery-counts.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;

/** What is added to the counts of a webhook's minute or hour; negative where counts move on to another state. */
export interface BucketDelta {
  readonly tenantId: string;
  readonly webhookId: string;
  /** Begin of the minute or hour. */
  readonly startMs: number;
  readonly counts: Readonly<Record<keyof DeliveryCounts, number>>;
  /** By latency bucket; empty when no latency changes. */
  readonly latency: readonly number[];
}

interface OpenDelta extends BucketDelta {
  readonly counts: Record<keyof DeliveryCounts, number>;
  readonly latency: number[];
}

/** Whose counts, and of which time. */
export interface CountedDelivery {
  readonly tenantId: string;
  readonly webhookId: string;
  readonly firstScheduledAtMs: number;
}

/** Adds up what a batch changes, by webhook and minute of the delivery's first scheduling. */
export class BucketDeltas {
  readonly #minutes = new Map<string, OpenDelta>();

  /** Moves a delivery from what it counted as to what it counts as now. */
  move(delivery: CountedDelivery, before: DeliveryCounts, after: DeliveryCounts): void {
    const { counts } = this.#minuteOf(delivery);
    for (const name of COUNTED) counts[name] += after[name] - before[name];
  }

  addLatency(delivery: CountedDelivery, durationMs: number): void {
    addLatencyTo(this.#minuteOf(delivery), durationMs, 1);
  }

  removeLatency(delivery: CountedDelivery, durationMs: number): void {
    addLatencyTo(this.#minuteOf(delivery), durationMs, -1);
  }

  minutes(): readonly BucketDelta[] {
    return [...this.#minutes.values()].filter(changesSomething);
  }

  hours(): readonly BucketDelta[] {
    const hours = new Map<string, OpenDelta>();
    for (const minute of this.#minutes.values()) {
      const hour = bucketOf(hours, minute, Math.floor(minute.startMs / HOUR_MS) * HOUR_MS);
      for (const name of COUNTED) hour.counts[name] += minute.counts[name];
      minute.latency.forEach((count, index) => {
        if (count !== 0) addTo(hour.latency, index, count);
      });
    }
    return [...hours.values()].filter(changesSomething);
  }

  #minuteOf(delivery: CountedDelivery): OpenDelta {
    return bucketOf(this.#minutes, delivery, Math.floor(delivery.firstScheduledAtMs / MINUTE_MS) * MINUTE_MS);
  }
}

type Owner = Pick<CountedDelivery, 'tenantId' | 'webhookId'>;

function bucketOf(buckets: Map<string, OpenDelta>, { tenantId, webhookId }: Owner, startMs: number): OpenDelta {
  const key = `${tenantId}\n${webhookId}\n${startMs}`;
  let bucket = buckets.get(key);
  if (bucket === undefined) {
    const counts = { requests: 0, succeeded: 0, failed: 0, retrying: 0, waiting: 0 };
    bucket = { tenantId, webhookId, startMs, counts, latency: [] };
    buckets.set(key, bucket);
  }
  return bucket;
}

function addLatencyTo(bucket: OpenDelta, durationMs: number, count: number): void {
  addTo(bucket.latency, latencyBucketOf(durationMs), count);
}

function addTo(latency: number[], index: number, count: number): void {
  if (latency.length === 0) latency.push(...Array.from({ length: LATENCY_BUCKET_COUNT }, () => 0));
  latency[index] = (latency[index] ?? 0) + count;
}

function changesSomething({ counts, latency }: BucketDelta): boolean {
  return COUNTED.some((name) => counts[name] !== 0) || latency.some((count) => count !== 0);
}
