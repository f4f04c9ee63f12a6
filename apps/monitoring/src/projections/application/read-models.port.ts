import type { Attempted, BreakerChanged, Deferred, Expired, Skipped } from '@signalbox/contracts';
import type { PartitionPosition, TopicPartition } from '@signalbox/kafka';
import type { AttemptSlot, AttemptStanding } from '../domain/attempt-standing.ts';
import type { BucketChanges } from '../domain/bucket-deltas.ts';
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
  /** One more with each change of the row, from 1. */
  readonly revision: number;
}

export interface DeliveryRow extends DeliveryKey {
  readonly webhookId: string;
  readonly tenantId: string;
  readonly eventType: string;
  /** Null while only facts of it were seen, and where a row has them already. */
  readonly eventId: string | null;
  readonly body: Buffer | null;
  readonly summary: DeliverySummary;
  /** 1 for a new row, else one more than that of the row it was made of. */
  readonly revision: number;
}

/** All rows of a delivery go to another time of first scheduling. */
export interface DeliveryMove {
  readonly deliveryId: string;
  readonly fromMs: number;
  readonly toMs: number;
}

export type StoredFact = Attempted | Deferred | Skipped | Expired;

/** What a batch of records changes. No two rows of a list have the same key. */
export interface Changes extends BucketChanges {
  readonly moves: readonly DeliveryMove[];
  readonly deliveries: readonly DeliveryRow[];
  readonly facts: readonly StoredFact[];
  readonly breakerChanges: readonly BreakerChanged[];
}

/** The transaction that a batch is projected in. */
export interface Projection {
  /** The database's time at the transaction's begin, Unix ms: the same for all instances, whatever their own clocks say. */
  readonly nowMs: number;
  /** Of those ids the deliveries that have a row, leaving out what was first scheduled before the retention's begin. */
  known(deliveryIds: readonly string[], keptSinceMs: number): Promise<readonly KnownDelivery[]>;
  /** All attempts that are counted of these deliveries. */
  attempts(keys: readonly DeliveryKey[]): Promise<readonly (DeliveryKey & AttemptSlot & AttemptStanding)[]>;
  /** Rejects when one of the deliveries was changed by someone else since `known`; then nothing is committed. */
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
   * Runs `work` and moves the positions in one transaction, by compare-and-set (invariant 6). `work` runs again, from its
   * beginning, when what it read was changed meanwhile, so it must start from nothing each time. Rejects with
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
