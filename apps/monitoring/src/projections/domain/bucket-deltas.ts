import { LATENCY_BUCKET_COUNT, latencyBucketOf } from '@signalbox/domain';
import type { AttemptStanding } from './attempt-standing.ts';
import { COUNTED_ERRORS, countedErrorOf } from './counted-errors.ts';
import type { DeliveryCounts } from './delivery-counts.ts';
import { COUNTED } from './delivery-counts.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;

/** What is added to the counts of a minute or hour; negative where counts move on to another state. */
export interface BucketDelta {
  /** `ALL_TENANTS` where the counts of all are added up. */
  readonly tenantId: string;
  /** `ALL_WEBHOOKS` where the counts of a tenant are added up. */
  readonly webhookId: string;
  /** Begin of the minute or hour. */
  readonly startMs: number;
  readonly counts: Readonly<Record<keyof DeliveryCounts, number>>;
  /** Attempts by latency bucket; empty when no latency changes. */
  readonly latency: readonly number[];
  /** Attempts by index in `COUNTED_ERRORS`; empty when no error changes. */
  readonly errors: readonly number[];
}

/** No id is empty. */
export const ALL_TENANTS = '';
const ALL_WEBHOOKS = '';

/** Whose counts, and of which time. */
export interface CountedDelivery {
  readonly tenantId: string;
  readonly webhookId: string;
  readonly firstScheduledAtMs: number;
}

/** What a batch changes in one minute or hour. */
export class OpenDelta implements BucketDelta {
  readonly tenantId: string;
  readonly webhookId: string;
  readonly startMs: number;
  readonly counts = { requests: 0, succeeded: 0, failed: 0, expired: 0, abandoned: 0, retrying: 0, waiting: 0 };
  readonly latency: number[] = [];
  readonly errors: number[] = [];

  constructor({ tenantId, webhookId }: Owner, startMs: number) {
    this.tenantId = tenantId;
    this.webhookId = webhookId;
    this.startMs = startMs;
  }

  /** Moves a delivery from what it counted as to what it counts as now. */
  move(before: DeliveryCounts, after: DeliveryCounts): void {
    for (const name of COUNTED) this.counts[name] += after[name] - before[name];
  }

  addAttempt(attempt: AttemptStanding): void {
    this.#count(attempt, 1);
  }

  removeAttempt(attempt: AttemptStanding): void {
    this.#count(attempt, -1);
  }

  addAll(other: BucketDelta): void {
    for (const name of COUNTED) this.counts[name] += other.counts[name];
    addEach(this.latency, other.latency);
    addEach(this.errors, other.errors);
  }

  get changesSomething(): boolean {
    const isChange = (count: number): boolean => count !== 0;
    return COUNTED.some((name) => this.counts[name] !== 0) || this.latency.some(isChange) || this.errors.some(isChange);
  }

  #count({ totalMs, errorClass }: AttemptStanding, count: 1 | -1): void {
    addAt(this.latency, LATENCY_BUCKET_COUNT, latencyBucketOf(totalMs), count);
    const error = countedErrorOf(errorClass);
    if (error !== null) addAt(this.errors, COUNTED_ERRORS.length, error, count);
  }
}

function addAt(counts: number[], length: number, index: number, count: number): void {
  while (counts.length < length) counts.push(0);
  counts[index] = (counts[index] ?? 0) + count;
}

function addEach(counts: number[], others: readonly number[]): void {
  others.forEach((count, index) => addAt(counts, others.length, index, count));
}

type Owner = Pick<CountedDelivery, 'tenantId' | 'webhookId'>;

/** What a batch changes, by the time of the delivery's first scheduling. */
export interface BucketChanges {
  readonly minutes: readonly BucketDelta[];
  readonly hours: readonly BucketDelta[];
  readonly tenantMinutes: readonly BucketDelta[];
  readonly tenantHours: readonly BucketDelta[];
}

/** Adds up what a batch changes, by webhook and minute. */
export class BucketDeltas {
  readonly #minutes = new Map<string, OpenDelta>();

  /** The minute that this delivery counts in. */
  of(delivery: CountedDelivery): OpenDelta {
    return bucketOf(this.#minutes, delivery, startOf(delivery.firstScheduledAtMs, MINUTE_MS));
  }

  changes(): BucketChanges {
    const minutes = [...this.#minutes.values()];
    const tenantMinutes = addedUp(minutes, MINUTE_MS, tenantsOf);
    return {
      minutes: changed(minutes),
      hours: changed(addedUp(minutes, HOUR_MS, (minute) => [minute])),
      tenantMinutes: changed(tenantMinutes),
      tenantHours: changed(addedUp(tenantMinutes, HOUR_MS, (minute) => [minute])),
    };
  }
}

function tenantsOf({ tenantId }: Owner): readonly Owner[] {
  return [
    { tenantId, webhookId: ALL_WEBHOOKS },
    { tenantId: ALL_TENANTS, webhookId: ALL_WEBHOOKS },
  ];
}

function addedUp(
  deltas: readonly OpenDelta[],
  widthMs: number,
  ownersOf: (of: Owner) => readonly Owner[],
): OpenDelta[] {
  const sums = new Map<string, OpenDelta>();
  for (const delta of deltas) {
    for (const owner of ownersOf(delta)) bucketOf(sums, owner, startOf(delta.startMs, widthMs)).addAll(delta);
  }
  return [...sums.values()];
}

function changed(deltas: readonly OpenDelta[]): readonly BucketDelta[] {
  return deltas.filter(({ changesSomething }) => changesSomething);
}

function startOf(timeMs: number, widthMs: number): number {
  return Math.floor(timeMs / widthMs) * widthMs;
}

function bucketOf(buckets: Map<string, OpenDelta>, owner: Owner, startMs: number): OpenDelta {
  const key = `${owner.tenantId}\n${owner.webhookId}\n${startMs}`;
  let bucket = buckets.get(key);
  if (bucket === undefined) buckets.set(key, (bucket = new OpenDelta(owner, startMs)));
  return bucket;
}
