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

/** Whose counts, and of which time. */
export interface CountedDelivery {
  readonly tenantId: string;
  readonly webhookId: string;
  readonly firstScheduledAtMs: number;
}

/** What a batch changes in one webhook's minute or hour. */
export class OpenDelta implements BucketDelta {
  readonly tenantId: string;
  readonly webhookId: string;
  readonly startMs: number;
  readonly counts = { requests: 0, succeeded: 0, failed: 0, retrying: 0, waiting: 0 };
  readonly latency: number[] = [];

  constructor({ tenantId, webhookId }: Owner, startMs: number) {
    this.tenantId = tenantId;
    this.webhookId = webhookId;
    this.startMs = startMs;
  }

  /** Moves a delivery from what it counted as to what it counts as now. */
  move(before: DeliveryCounts, after: DeliveryCounts): void {
    for (const name of COUNTED) this.counts[name] += after[name] - before[name];
  }

  addLatency(durationMs: number): void {
    this.#add(latencyBucketOf(durationMs), 1);
  }

  removeLatency(durationMs: number): void {
    this.#add(latencyBucketOf(durationMs), -1);
  }

  addAll(other: BucketDelta): void {
    for (const name of COUNTED) this.counts[name] += other.counts[name];
    other.latency.forEach((count, index) => {
      if (count !== 0) this.#add(index, count);
    });
  }

  get changesSomething(): boolean {
    return COUNTED.some((name) => this.counts[name] !== 0) || this.latency.some((count) => count !== 0);
  }

  #add(index: number, count: number): void {
    if (this.latency.length === 0) this.latency.push(...Array.from({ length: LATENCY_BUCKET_COUNT }, () => 0));
    this.latency[index] = (this.latency[index] ?? 0) + count;
  }
}

type Owner = Pick<CountedDelivery, 'tenantId' | 'webhookId'>;

/** Adds up what a batch changes, by webhook and minute of the delivery's first scheduling. */
export class BucketDeltas {
  readonly #minutes = new Map<string, OpenDelta>();
  /** The last one asked for: a delivery comes up several times in a row. */
  #latest: { readonly delivery: CountedDelivery; readonly minute: OpenDelta } | undefined;

  /** The minute that this delivery counts in. */
  of(delivery: CountedDelivery): OpenDelta {
    if (this.#latest?.delivery === delivery) return this.#latest.minute;
    const startMs = Math.floor(delivery.firstScheduledAtMs / MINUTE_MS) * MINUTE_MS;
    const minute = bucketOf(this.#minutes, delivery, startMs);
    this.#latest = { delivery, minute };
    return minute;
  }

  minutes(): readonly BucketDelta[] {
    return [...this.#minutes.values()].filter(({ changesSomething }) => changesSomething);
  }

  hours(): readonly BucketDelta[] {
    const hours = new Map<string, OpenDelta>();
    for (const minute of this.#minutes.values()) {
      bucketOf(hours, minute, Math.floor(minute.startMs / HOUR_MS) * HOUR_MS).addAll(minute);
    }
    return [...hours.values()].filter(({ changesSomething }) => changesSomething);
  }
}

function bucketOf(buckets: Map<string, OpenDelta>, owner: Owner, startMs: number): OpenDelta {
  const key = `${owner.tenantId}\n${owner.webhookId}\n${startMs}`;
  let bucket = buckets.get(key);
  if (bucket === undefined) buckets.set(key, (bucket = new OpenDelta(owner, startMs)));
  return bucket;
}
