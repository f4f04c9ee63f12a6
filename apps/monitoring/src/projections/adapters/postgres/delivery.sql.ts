import type { DeliverySummary } from '../../domain/delivery-summary.ts';
import { hasSucceeded, isRequest, stateOf } from '../../domain/delivery-summary.ts';
import type { RoundStanding } from '../../domain/round-standing.ts';
import type { DeliveryKey, DeliveryMove, DeliveryRow, KnownDelivery } from '../../application/read-models.port.ts';
import { boolArray, byteaArray, float8Array, int4Array, textArray, timestampArray, uuidArray } from './binary-array.ts';
import type { Column } from './columns.ts';
import { column, insertSql } from './columns.ts';

const identity: readonly Column<DeliveryRow>[] = [
  column('delivery_id', 'uuid', uuidArray, (row) => row.deliveryId),
  column('first_scheduled_at', 'timestamptz', timestampArray, (row) => row.firstScheduledAtMs),
  column('tenant_id', 'text', textArray, (row) => row.tenantId),
  column('webhook_id', 'text', textArray, (row) => row.webhookId),
  column('event_type', 'text', textArray, (row) => row.eventType),
];

const content: readonly Column<DeliveryRow>[] = [
  column('event_id', 'text', textArray, (row) => row.eventId),
  column('body', 'bytea', byteaArray, (row) => row.body),
];

const summary: readonly Column<DeliveryRow>[] = [
  column('state', 'text', textArray, (row) => stateOf(row.summary)),
  column('is_request', 'bool', boolArray, (row) => isRequest(row.summary)),
  column('standing_round', 'int4', int4Array, (row) => row.summary.standing?.round),
  column('standing_attempt', 'int4', int4Array, (row) => row.summary.standing?.attemptNumber),
  column('standing_deferrals', 'int4', int4Array, (row) => row.summary.standing?.deferrals),
  column('standing_at', 'timestamptz', timestampArray, (row) => row.summary.standing?.atMs),
  column('next_at', 'timestamptz', timestampArray, (row) => row.summary.standing?.nextAtMs),
  column('reason', 'text', textArray, (row) => row.summary.standing?.reason),
  column('round', 'int4', int4Array, (row) => row.summary.round.round),
  column('round_state', 'text', textArray, (row) => row.summary.round.state),
  column('round_attempt', 'int4', int4Array, (row) => row.summary.round.attemptNumber),
  column('round_deferrals', 'int4', int4Array, (row) => row.summary.round.deferrals),
  column('round_at', 'timestamptz', timestampArray, (row) => row.summary.round.atMs),
  column('round_next_at', 'timestamptz', timestampArray, (row) => row.summary.round.nextAtMs),
  column('has_succeeded', 'bool', boolArray, (row) => row.summary.bestAttempt && hasSucceeded(row.summary)),
  column('best_round', 'int4', int4Array, (row) => row.summary.bestAttempt?.round),
  column('best_attempt', 'int4', int4Array, (row) => row.summary.bestAttempt?.attemptNumber),
  column('best_rank', 'int4', int4Array, (row) => row.summary.bestAttempt?.rank),
  column('best_at', 'timestamptz', timestampArray, (row) => row.summary.bestAttempt?.atMs),
  column('best_total_ms', 'float8', float8Array, (row) => row.summary.bestAttempt?.totalMs),
  column('status_code', 'int4', int4Array, (row) => row.summary.bestAttempt?.statusCode),
  column('error_class', 'text', textArray, (row) => row.summary.bestAttempt?.errorClass),
  column('has_expired', 'bool', boolArray, (row) => row.summary.hasExpired),
  column('last_round', 'int4', int4Array, (row) => row.summary.lastAttempt.round),
  column('last_attempt', 'int4', int4Array, (row) => row.summary.lastAttempt.attemptNumber),
  column('revision', 'int4', int4Array, (row) => row.revision),
];

export const deliveryColumns: readonly Column<DeliveryRow>[] = [...identity, ...content, ...summary];

const assignments = [
  // What is there already is not sent again.
  ...content.map(({ name }) => `${name} = coalesce(known.${name}, excluded.${name})`),
  ...summary.map(({ name }) => `${name} = excluded.${name}`),
].join(', ');

/**
 * Changes a row only when it still is what the change was made of, and answers how many were written: fewer than given mean
 * that someone else was at them, as when the facts of a delivery lie in two partitions.
 */
export const UPSERT_DELIVERIES = `
  WITH written AS (${insertSql(
    'monitoring.delivery',
    deliveryColumns,
    `ON CONFLICT (delivery_id, first_scheduled_at) DO UPDATE SET ${assignments}
     WHERE known.revision = excluded.revision - 1 RETURNING 1`,
  )})
  SELECT count(*)::int AS count FROM written`;

export const placeColumns: readonly Column<DeliveryKey>[] = [
  column('delivery_id', 'uuid', uuidArray, (key) => key.deliveryId),
  column('first_scheduled_at', 'timestamptz', timestampArray, (key) => key.firstScheduledAtMs),
];

export const INSERT_PLACES = insertSql('monitoring.delivery_place', placeColumns, 'ON CONFLICT DO NOTHING');

/** Where each delivery lies. OFFSET 0 keeps the planner from joining whole partitions. */
export const SELECT_PLACES = `
  SELECT place.* FROM unnest($1::uuid[]) AS asked (delivery_id)
  CROSS JOIN LATERAL (
    SELECT known.delivery_id AS "deliveryId", ${ms('first_scheduled_at')} AS "firstScheduledAtMs"
    FROM monitoring.delivery_place AS known
    WHERE known.delivery_id = asked.delivery_id AND known.first_scheduled_at >= $2
    OFFSET 0
  ) AS place`;

const move = (table: string): string => `
  UPDATE monitoring.${table} AS known SET first_scheduled_at = moved.since
  FROM unnest($1::uuid[], $2::timestamptz[], $3::timestamptz[]) AS moved (delivery_id, until, since)
  WHERE known.delivery_id = moved.delivery_id AND known.first_scheduled_at = moved.until`;

/** Postgres takes a row to the partition of its new time. */
export const MOVES = ['delivery', 'attempt', 'delivery_place'].map(move);

export function moveParameters(moves: readonly DeliveryMove[]): Buffer[] {
  return [
    uuidArray(moves, ({ deliveryId }) => deliveryId),
    timestampArray(moves, ({ fromMs }) => fromMs),
    timestampArray(moves, ({ toMs }) => toMs),
  ];
}

/** The two bounds let the planner leave out all hours that the batch does not touch before it looks at them. */
export const SELECT_DELIVERIES = `
  SELECT d.* FROM unnest($1::uuid[], $2::timestamptz[]) AS asked (delivery_id, first_scheduled_at)
  CROSS JOIN LATERAL (
    SELECT delivery_id, ${ms('first_scheduled_at')} AS first_scheduled_at, tenant_id, webhook_id, body IS NOT NULL AS has_body,
      state, standing_round, standing_attempt, standing_deferrals, ${ms('standing_at')} AS standing_at,
      ${ms('next_at')} AS next_at, reason, round, round_state, round_attempt, round_deferrals, ${ms('round_at')} AS round_at,
      ${ms('round_next_at')} AS round_next_at, best_round, best_attempt, best_rank, ${ms('best_at')} AS best_at,
      best_total_ms, status_code, error_class, has_expired, last_round, last_attempt, revision
    FROM monitoring.delivery AS known
    WHERE known.delivery_id = asked.delivery_id AND known.first_scheduled_at = asked.first_scheduled_at
      AND known.first_scheduled_at BETWEEN $3 AND $4
    OFFSET 0
  ) AS d`;

/** Unix milliseconds as a number; pg would make a Date of it, slowly. */
function ms(name: string): string {
  return `(extract(epoch FROM known.${name}) * 1000)::float8`;
}

export interface StoredDelivery {
  readonly delivery_id: string;
  readonly first_scheduled_at: number;
  readonly tenant_id: string;
  readonly webhook_id: string;
  readonly has_body: boolean;
  readonly state: string;
  readonly standing_round: number | null;
  readonly standing_attempt: number;
  readonly standing_deferrals: number;
  readonly standing_at: number;
  readonly next_at: number | null;
  readonly reason: string | null;
  readonly round: number;
  readonly round_state: string;
  readonly round_attempt: number;
  readonly round_deferrals: number;
  readonly round_at: number | null;
  readonly round_next_at: number | null;
  readonly best_round: number | null;
  readonly best_attempt: number;
  readonly best_rank: number;
  readonly best_at: number;
  readonly best_total_ms: number;
  readonly status_code: number | null;
  readonly error_class: string | null;
  readonly has_expired: boolean;
  readonly last_round: number;
  readonly last_attempt: number;
  readonly revision: number;
}

export function knownDeliveryOf(row: StoredDelivery): KnownDelivery {
  return {
    deliveryId: row.delivery_id,
    firstScheduledAtMs: row.first_scheduled_at,
    tenantId: row.tenant_id,
    webhookId: row.webhook_id,
    hasBody: row.has_body,
    summary: summaryOf(row),
    revision: row.revision,
  };
}

type Standing = NonNullable<DeliverySummary['standing']>;

function summaryOf(row: StoredDelivery): DeliverySummary {
  return {
    standing:
      row.standing_round === null
        ? null
        : {
            state: row.state as Standing['state'],
            round: row.standing_round,
            attemptNumber: row.standing_attempt,
            deferrals: row.standing_deferrals,
            atMs: row.standing_at,
            nextAtMs: row.next_at,
            reason: row.reason,
          },
    round: {
      round: row.round,
      state: row.round_state as RoundStanding['state'],
      attemptNumber: row.round_attempt,
      deferrals: row.round_deferrals,
      atMs: row.round_at,
      nextAtMs: row.round_next_at,
    },
    bestAttempt:
      row.best_round === null
        ? null
        : {
            round: row.best_round,
            attemptNumber: row.best_attempt,
            rank: row.best_rank,
            atMs: row.best_at,
            totalMs: row.best_total_ms,
            statusCode: row.status_code,
            errorClass: row.error_class,
          },
    hasExpired: row.has_expired,
    lastAttempt: { round: row.last_round, attemptNumber: row.last_attempt },
  };
}

/** Parameters of a lookup: the keys and the times they lie between. */
export function keyParameters(keys: readonly DeliveryKey[]): readonly [Buffer, Buffer, Date, Date] {
  let first = Infinity;
  let last = -Infinity;
  for (const { firstScheduledAtMs } of keys) {
    first = Math.min(first, firstScheduledAtMs);
    last = Math.max(last, firstScheduledAtMs);
  }
  return [
    uuidArray(keys, ({ deliveryId }) => deliveryId),
    timestampArray(keys, ({ firstScheduledAtMs }) => firstScheduledAtMs),
    new Date(first),
    new Date(last),
  ];
}
