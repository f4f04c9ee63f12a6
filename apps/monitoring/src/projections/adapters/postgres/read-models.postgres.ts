import type { PartitionPosition, TopicPartition } from '@signalbox/kafka';
import type { DataSource, EntityManager } from 'typeorm';
import type {
  Advance,
  Changes,
  DeliveryKey,
  DeliveryRow,
  KnownDelivery,
  Projected,
  Projection,
  ReadModels,
} from '../../application/read-models.port.ts';
import { RefusedData } from '../../application/read-models.port.ts';
import type { PreparedStatement } from '@signalbox/postgres';
import { postgresFaultOf, preparedRowsWithin } from '@signalbox/postgres';
import type { AttemptSlot, AttemptStanding } from '../../domain/attempt-standing.ts';
import type { StoredAttempt } from './attempt.sql.ts';
import { SELECT_ATTEMPTS, UPSERT_ATTEMPTS, attemptColumns, countedAttemptOf } from './attempt.sql.ts';
import { int4Array, int8Array, textArray, uuidArray } from './binary-array.ts';
import { INSERT_BREAKER_CHANGES, UPSERT_BREAKERS, breakerColumns, latestChanges } from './breaker.sql.ts';
import {
  UPSERT_HOURS,
  UPSERT_MINUTES,
  UPSERT_TENANT_HOURS,
  UPSERT_TENANT_MINUTES,
  tenantBucketColumns,
  webhookBucketColumns,
} from './bucket.sql.ts';
import type { Column } from './columns.ts';
import { parametersOf } from './columns.ts';
import type { StoredDelivery } from './delivery.sql.ts';
import {
  INSERT_PLACES,
  MOVES,
  SELECT_DELIVERIES,
  SELECT_PLACES,
  UPSERT_DELIVERIES,
  deliveryColumns,
  keyParameters,
  knownDeliveryOf,
  moveParameters,
  placeColumns,
} from './delivery.sql.ts';

/** First part of the advisory locks of partitions; any constant that nothing else uses in this database. */
const PARTITION_LOCK = 0x5349_474e;
/** A batch is done again so often when someone else was at its rows; then it is left to the projector, which waits. */
const MAX_RETRIES = 3;

/**
 * Planning an upsert of 60 columns takes Postgres 1.6 ms, whatever it writes: for every connection once, and not for every
 * transaction. What reads `delivery` and `attempt` is not among them: planned without its values it would open and lock every
 * hour's partition, of which there may be more than Postgres has locks for.
 */
const STATEMENTS = {
  places: { name: 'projection_places', text: SELECT_PLACES },
  deliveries: { name: 'projection_deliveries', text: UPSERT_DELIVERIES },
  newPlaces: { name: 'projection_new_places', text: INSERT_PLACES },
  attempts: { name: 'projection_attempts', text: UPSERT_ATTEMPTS },
  minutes: { name: 'projection_minutes', text: UPSERT_MINUTES },
  hours: { name: 'projection_hours', text: UPSERT_HOURS },
  tenantMinutes: { name: 'projection_tenant_minutes', text: UPSERT_TENANT_MINUTES },
  tenantHours: { name: 'projection_tenant_hours', text: UPSERT_TENANT_HOURS },
  breakerChanges: { name: 'projection_breaker_changes', text: INSERT_BREAKER_CHANGES },
  breakers: { name: 'projection_breakers', text: UPSERT_BREAKERS },
} as const satisfies Readonly<Record<string, PreparedStatement>>;

interface StoredPosition {
  readonly topic: string;
  readonly partition: number;
  readonly next_offset: number;
}

/** The read models in Postgres: set-based statements with one array a column, whatever the size of the batch. */
export class PostgresReadModels implements ReadModels {
  readonly #dataSource: DataSource;

  constructor(dataSource: DataSource) {
    this.#dataSource = dataSource;
  }

  async locate(
    partitions: readonly (TopicPartition & { readonly logStart: number })[],
  ): Promise<readonly PartitionPosition[]> {
    const starts = partitions.map(({ topic, partition, logStart }) => ({ topic, partition, offset: logStart }));
    await this.#dataSource.query(
      `INSERT INTO monitoring.projection_offset (topic, partition, next_offset)
       SELECT * FROM unnest($1::text[], $2::int4[], $3::int8[]) ON CONFLICT DO NOTHING`,
      positionParameters(starts),
    );
    return this.#stored(starts);
  }

  async project(advances: readonly Advance[], work: (projection: Projection) => Promise<void>): Promise<Projected> {
    for (let left = MAX_RETRIES; ; left--) {
      try {
        await this.#dataSource.transaction(async (manager) => {
          const nowMs = await take(manager, advances);
          await work(new PostgresProjection(manager, shardOf(advances), nowMs));
        });
        return { kind: 'committed' };
      } catch (error) {
        if (error instanceof Overtaken) return { kind: 'overtaken', positions: await this.#moved(advances) };
        if (isRefusal(error)) throw new RefusedData(error);
        const isConflict = error instanceof ChangedMeanwhile || postgresFaultOf(error)?.kind === 'retryable-conflict';
        if (!isConflict || left === 0) throw error;
      }
    }
  }

  /** Those of the partitions that do not stand where they were expected. */
  async #moved(advances: readonly Advance[]): Promise<readonly PartitionPosition[]> {
    const stored = await this.#stored(advances);
    return stored.filter(({ topic, partition, offset }) =>
      advances.some((advance) => advance.topic === topic && advance.partition === partition && advance.from !== offset),
    );
  }

  async #stored(partitions: readonly TopicPartition[]): Promise<readonly PartitionPosition[]> {
    const stored = await this.#dataSource.query<StoredPosition[]>(
      `SELECT topic, partition, next_offset FROM monitoring.projection_offset
       JOIN unnest($1::text[], $2::int4[]) AS asked (topic, partition) USING (topic, partition)`,
      [textArray(partitions, ({ topic }) => topic), int4Array(partitions, ({ partition }) => partition)],
    );
    if (stored.length !== partitions.length)
      throw new Error('the table projection_offset lost the position of a partition');
    return stored.map(positionOf);
  }
}

/** A partition of those that the transaction holds alone. */
function shardOf(advances: readonly Advance[]): number {
  return Math.min(...advances.map(({ partition }) => partition));
}

/** A delivery was changed between our reading and our writing. */
class ChangedMeanwhile extends Error {}

/** Thrown to roll back what the positions of the others had moved on. */
class Overtaken extends Error {}

/** Returns the time of the database, Unix ms. */
async function take(manager: EntityManager, advances: readonly Advance[]): Promise<number> {
  // After a crash of Postgres the last transactions may be gone, positions and rows alike: then they are projected again,
  // and what was put aside is put aside a second time.
  await manager.query('SET LOCAL synchronous_commit = off');
  // A delivery and its facts come from two topics, perhaps by two instances, and change the same rows. So one lock for the
  // partition number of both; in ascending order, that nobody waits in a circle.
  const numbers = [...new Set(advances.map(({ partition }) => partition))].toSorted((left, right) => left - right);
  await manager.query('SELECT pg_advisory_xact_lock($1::int4, number) FROM unnest($2::int4[]) AS number', [
    PARTITION_LOCK,
    int4Array(numbers, (number) => number),
  ]);
  // Invariant 6: the compare-and-set. Who read the same records a second time finds another position here.
  const [moved, count] = await manager.query<[{ readonly now: number }[], number]>(
    `UPDATE monitoring.projection_offset AS known SET next_offset = asked.upto, updated_at = now()
     FROM unnest($1::text[], $2::int4[], $3::int8[], $4::int8[]) AS asked (topic, partition, since, upto)
     WHERE known.topic = asked.topic AND known.partition = asked.partition AND known.next_offset = asked.since
     RETURNING (extract(epoch FROM now()) * 1000)::float8 AS now`,
    [
      ...positionParameters(advances.map(({ topic, partition, from }) => ({ topic, partition, offset: from }))),
      int8Array(advances, ({ to }) => to),
    ],
  );
  const [first] = moved;
  if (first === undefined || count !== advances.length) throw new Overtaken('a position stands elsewhere');
  return first.now;
}

class PostgresProjection implements Projection {
  readonly #manager: EntityManager;
  readonly #shard: number;
  readonly nowMs: number;

  constructor(manager: EntityManager, shard: number, nowMs: number) {
    this.#manager = manager;
    this.#shard = shard;
    this.nowMs = nowMs;
  }

  async known(deliveryIds: readonly string[], keptSinceMs: number): Promise<readonly KnownDelivery[]> {
    if (deliveryIds.length === 0) return [];
    const places = await preparedRowsWithin<DeliveryKey>(this.#manager, STATEMENTS.places, [
      uuidArray(deliveryIds, (id) => id),
      new Date(keptSinceMs),
    ]);
    if (places.length === 0) return [];
    const rows = await this.#manager.query<StoredDelivery[]>(SELECT_DELIVERIES, [...keyParameters(places)]);
    return rows.map(knownDeliveryOf);
  }

  async attempts(keys: readonly DeliveryKey[]): Promise<readonly (DeliveryKey & AttemptSlot & AttemptStanding)[]> {
    if (keys.length === 0) return [];
    const rows = await this.#manager.query<StoredAttempt[]>(SELECT_ATTEMPTS, [...keyParameters(keys)]);
    return rows.map(countedAttemptOf);
  }

  async write(changes: Changes): Promise<void> {
    if (changes.moves.length > 0) {
      for (const move of MOVES) await this.#manager.query(move, moveParameters(changes.moves));
    }
    await this.#writeDeliveries(changes.deliveries);
    await this.#upsert(STATEMENTS.attempts, attemptColumns, changes.facts);
    await this.#upsert(STATEMENTS.minutes, webhookBucketColumns, changes.minutes);
    await this.#upsert(STATEMENTS.hours, webhookBucketColumns, changes.hours);
    const tenantColumns = tenantBucketColumns(this.#shard);
    await this.#upsert(STATEMENTS.tenantMinutes, tenantColumns, changes.tenantMinutes);
    await this.#upsert(STATEMENTS.tenantHours, tenantColumns, changes.tenantHours);
    await this.#upsert(STATEMENTS.breakerChanges, breakerColumns, changes.breakerChanges);
    await this.#upsert(STATEMENTS.breakers, breakerColumns, latestChanges(changes.breakerChanges));
  }

  async #writeDeliveries(rows: readonly DeliveryRow[]): Promise<void> {
    if (rows.length === 0) return;
    const parameters = parametersOf(deliveryColumns, rows);
    const [written] = await preparedRowsWithin<{ count: number }>(this.#manager, STATEMENTS.deliveries, parameters);
    if (written?.count !== rows.length) throw new ChangedMeanwhile('a delivery was changed by someone else');
    const added = rows.filter(({ revision }) => revision === 1);
    await this.#upsert(STATEMENTS.newPlaces, placeColumns, added);
  }

  async #upsert<Row>(
    statement: PreparedStatement,
    columns: readonly Column<Row>[],
    rows: readonly Row[],
  ): Promise<void> {
    if (rows.length > 0) await preparedRowsWithin(this.#manager, statement, parametersOf(columns, rows));
  }
}

function positionParameters(positions: readonly PartitionPosition[]): [Buffer, Buffer, Buffer] {
  return [
    textArray(positions, ({ topic }) => topic),
    int4Array(positions, ({ partition }) => partition),
    int8Array(positions, ({ offset }) => offset),
  ];
}

function positionOf(row: StoredPosition): PartitionPosition {
  return { topic: row.topic, partition: row.partition, offset: row.next_offset };
}

/** A row without a partition: the tables have no check of their own. What is missing is to be made, not the row put aside. */
const NO_PARTITION = '23514';

/**
 * SQLSTATE classes 21 (cardinality), 22 (data exception), 23 (constraint) and 54 (limit), or what the encoder of a column
 * cannot take: the values are at fault. A full disk (class 53, or an error of the file system) is none of these.
 */
function isRefusal(error: unknown): boolean {
  const { name, code } = error as { readonly name?: unknown; readonly code?: unknown };
  if (name === 'RangeError' || name === 'TypeError') return true;
  return typeof code === 'string' && code !== NO_PARTITION && /^(2[123]|54)/.test(code);
}
