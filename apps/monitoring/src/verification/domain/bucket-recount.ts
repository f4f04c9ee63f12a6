import type { RecountedDelivery } from './recount.ts';

/** Counts of a webhook's minute or hour by the name of their column; what is 0 is left out. */
export interface BucketCounts {
  readonly tenantId: string;
  readonly webhookId: string;
  readonly startMs: number;
  readonly counts: ReadonlyMap<string, number>;
}

const ERRORS = ['dns', 'refused-address', 'connect', 'tls', 'timeout', 'reset', 'protocol', 'http-status'];
const LAST_LATENCY_BUCKET = 46;

/** What the facts make of each webhook's minutes or hours. */
export class BucketRecount {
  readonly #widthMs: number;
  readonly #buckets = new Map<string, BucketCounts & { readonly counts: Map<string, number> }>();

  constructor(widthMs: number) {
    this.#widthMs = widthMs;
  }

  /** @param state as it is stored, where the facts leave it open. */
  add(delivery: RecountedDelivery, firstScheduledAtMs: number, state: string): void {
    const add = this.#adderOf(delivery.tenantId, delivery.webhookId, firstScheduledAtMs);
    if (delivery.isRequest) add('requests');
    if (state === 'succeeded' || state === 'retrying' || state === 'waiting') add(state);
    if (state === 'failed' || state === 'expired') add('failed');
    if (state === 'expired') add('expired');
    if (state === 'skipped' && delivery.triedAnew !== null) add(delivery.triedAnew);
    else if (state === 'skipped' && delivery.isRequest) {
      add('failed');
      add('abandoned');
    }
    for (const fact of delivery.slots.values()) {
      if (fact.kind !== 'attempted') continue;
      add(`l${latencyBucket(fact.totalMs ?? 0)}`);
      if (fact.errorClass === null) continue;
      const known = ERRORS.includes(fact.errorClass) ? fact.errorClass : 'other';
      add(`error_${known.replace('-', '_')}`);
    }
  }

  /** A row of which no fact is there yet. */
  addQueued(tenantId: string, webhookId: string, firstScheduledAtMs: number): void {
    this.#adderOf(tenantId, webhookId, firstScheduledAtMs)('waiting');
  }

  /** Takes a stored row out of what is expected, and names what differs. */
  *compare(what: string, stored: BucketCounts): Generator<string> {
    const key = keyOf(stored.tenantId, stored.webhookId, stored.startMs);
    const expected = this.#buckets.get(key)?.counts ?? new Map<string, number>();
    this.#buckets.delete(key);
    yield* differences(what, stored, expected, stored.counts);
  }

  /** Names what was expected and has no row. */
  *missing(what: string): Generator<string> {
    for (const bucket of this.#buckets.values()) yield* differences(what, bucket, bucket.counts, new Map());
  }

  #adderOf(tenantId: string, webhookId: string, timeMs: number): (name: string) => void {
    const startMs = Math.floor(timeMs / this.#widthMs) * this.#widthMs;
    const key = keyOf(tenantId, webhookId, startMs);
    const bucket = this.#buckets.get(key) ?? { tenantId, webhookId, startMs, counts: new Map<string, number>() };
    this.#buckets.set(key, bucket);
    return (name) => bucket.counts.set(name, (bucket.counts.get(name) ?? 0) + 1);
  }
}

function* differences(
  what: string,
  { webhookId, startMs }: BucketCounts,
  expected: ReadonlyMap<string, number>,
  found: ReadonlyMap<string, number>,
): Generator<string> {
  for (const name of new Set([...expected.keys(), ...found.keys()])) {
    const [facts, row] = [expected.get(name) ?? 0, found.get(name) ?? 0];
    if (facts === row) continue;
    yield `${what} ${new Date(startMs).toISOString()} of webhook ${webhookId}: ${name} is ${row}, the facts say ${facts}`;
  }
}

/** "Bucket 0 up to 1 ms, bucket i up to 2^(i/3) ms, the last one all above": the first whose bound is not exceeded. */
function latencyBucket(totalMs: number): number {
  let bucket = 0;
  while (bucket < LAST_LATENCY_BUCKET && totalMs > 2 ** (bucket / 3)) bucket++;
  return bucket;
}

function keyOf(tenantId: string, webhookId: string, startMs: number): string {
  return `${tenantId}\n${webhookId}\n${startMs}`;
}
