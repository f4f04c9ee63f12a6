import type { Attempted, BreakerChanged, Deferred, Expired, Skipped } from '@signalbox/contracts';
import type { PartitionPosition, TopicPartition } from '@signalbox/kafka';
import type { BucketDelta } from '../domain/bucket-deltas.ts';
import type { DeliverySummary } from '../domain/delivery-summary.ts';

/** Names a row: deliveries are partitioned by when they were first scheduled, so the id alone would search all hours. */
export interface DeliveryKey {
  readonly deliveryId: string;
  readonly firstScheduledAtMs: number;
}

export interface KnownDelivery extends DeliveryKey {
  readonly webhookId: string;
  readonly tenantId: string;
  readonly hasBody: boolean;
  readonly summary: DeliverySummary;
}

export interface DeliveryRow extends DeliveryKey {
  readonly webhookId: string;
  readonly tenantId: string;
  readonly eventType: string;
  /** Null while only facts of it were seen, and where a row has them already. */
  readonly eventId: string | null;
  readonly body: Buffer | null;
  readonly summary: DeliverySummary;
}

/** Which attempt of which delivery. */
export interface AttemptKey extends DeliveryKey {
  readonly round: number;
  readonly attemptNumber: number;
}

/** Of twin facts about the same attempt the greater by (rank, time, duration) stands, whatever their order. */
export interface AttemptStanding {
  /** 3 succeeded, 2 failed, 1 retrying. */
  readonly rank: number;
  readonly atMs: number;
  readonly totalMs: number;
}

export type StoredFact = Attempted | Deferred | Skipped | Expired;

/** What a batch of records changes. No two rows of a list have the same key. */
export interface Changes {
  readonly deliveries: readonly DeliveryRow[];
  readonly facts: readonly StoredFact[];
  readonly breakerChanges: readonly BreakerChanged[];
  readonly minutes: readonly BucketDelta[];
  readonly hours: readonly BucketDelta[];
}

/** The transaction that a batch is projected in. */
export interface Projection {
  known(keys: readonly DeliveryKey[]): Promise<readonly KnownDelivery[]>;
  attempts(keys: readonly AttemptKey[]): Promise<readonly (AttemptKey & AttemptStanding)[]>;
  write(changes: Changes): Promise<void>;
}

/** A partition moves on from one position to another, with what lies between them. */
export interface Advance extends TopicPartition {
  readonly from: number;
  readonly to: number;
}

export type Projected =
  | { readonly kind: 'committed' }
  /** Nothing was written: these partitions stand elsewhere, because someone else has projected them. */
  | { readonly kind: 'overtaken'; readonly positions: readonly PartitionPosition[] };

export interface ReadModels {
  /** The position of each partition; one that has none yet is given `logStart`. */
  locate(
    partitions: readonly (TopicPartition & { readonly logStart: number })[],
  ): Promise<readonly PartitionPosition[]>;
  /**
   * Runs `work` and moves the positions in one transaction, by compare-and-set (invariant 6). Rejects with
   * {@link RefusedData} when a value cannot be stored, with anything else when the database is not available.
   */
  project(advances: readonly Advance[], work: (projection: Projection) => Promise<void>): Promise<Projected>;
}

/** The database will never take these values; trying again is of no use. */
export class RefusedData extends Error {
  readonly code = 'projection.refused_data';

  constructor(cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
    this.name = 'RefusedData';
  }
}
