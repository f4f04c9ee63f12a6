import type { BucketCounts } from '../domain/bucket-recount.ts';
import type { StoredDelivery } from '../domain/compare-delivery.ts';
import type { ComparedTime, StoredFact } from '../domain/compare.ts';

/** A part of all webhooks that is looked at by itself; see `sliceOf`. */
export interface Slice {
  readonly index: number;
  readonly count: number;
  /** This one alone. */
  readonly webhookId: string | null;
}

/** The tables at one moment: what is read of them belongs together, whatever is projected meanwhile. */
export interface StoredRows {
  /** Up to where each partition of the topic is projected. */
  positions(topic: string): Promise<readonly { readonly partition: number; readonly offset: number }[]>;
  /** Records of the topic that were put aside, as `partition/offset`. */
  putAside(topic: string): Promise<ReadonlySet<string>>;
  /** In portions. */
  deliveries(slice: Slice, time: ComparedTime): AsyncIterable<readonly StoredDelivery[]>;
  attempts(slice: Slice, time: ComparedTime): AsyncIterable<readonly StoredFact[]>;
  buckets(
    table: 'webhook_minute' | 'webhook_hour',
    slice: Slice,
    time: ComparedTime,
  ): AsyncIterable<readonly BucketCounts[]>;
  /** Where the counts of tenants are not those of their webhooks added up; for people. */
  differingTenants(time: ComparedTime): Promise<readonly string[]>;
}
