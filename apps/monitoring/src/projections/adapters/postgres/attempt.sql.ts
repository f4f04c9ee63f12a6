import type { Attempted } from '@signalbox/contracts';
import { detailOf, nextAtOf, reasonOf } from '../../application/fact-order.ts';
import type { DeliveryKey, StoredFact } from '../../application/read-models.port.ts';
import type { AttemptSlot, AttemptStanding } from '../../domain/attempt-standing.ts';
import { attemptStandingOf } from '../../domain/attempt-standing.ts';
import { float8Array, int4Array, textArray, timestampArray, uuidArray } from './binary-array.ts';
import type { Column } from './columns.ts';
import { column, insertSql } from './columns.ts';

/** The fields of one kind of fact; of the others nothing. */
const attempted = <Value>(read: (fact: Attempted) => Value) => {
  return (fact: StoredFact): Value | null => (fact.kind === 'attempted' ? read(fact) : null);
};

export const attemptColumns: readonly Column<StoredFact>[] = [
  column('delivery_id', 'uuid', uuidArray, (fact) => fact.deliveryId),
  column('first_scheduled_at', 'timestamptz', timestampArray, (fact) => fact.firstScheduledAtMs),
  column('round', 'int4', int4Array, (fact) => fact.round),
  column('attempt_number', 'int4', int4Array, (fact) => fact.attemptNumber),
  column('kind', 'text', textArray, (fact) => fact.kind),
  // A wait is one row for each time it was put off; an attempt is one row however often it was put off before.
  column('wait_number', 'int4', int4Array, (fact) => (fact.kind === 'deferred' ? fact.deferrals : 0)),
  column('tenant_id', 'text', textArray, (fact) => fact.tenantId),
  column('webhook_id', 'text', textArray, (fact) => fact.webhookId),
  column('deferrals', 'int4', int4Array, (fact) => fact.deferrals),
  column('at', 'timestamptz', timestampArray, (fact) => fact.atMs),
  column('rank', 'int4', int4Array, (fact) => (fact.kind === 'attempted' ? attemptStandingOf(fact).rank : 0)),
  column('webhook_epoch', 'float8', float8Array, (fact) => fact.webhookEpoch),
  column('webhook_version', 'float8', float8Array, (fact) => fact.webhookVersion),
  column(
    'outcome',
    'text',
    textArray,
    attempted((fact) => fact.outcome),
  ),
  column(
    'started_at',
    'timestamptz',
    timestampArray,
    attempted((fact) => fact.startedAtMs),
  ),
  column(
    'dns_ms',
    'float8',
    float8Array,
    attempted((fact) => fact.timings.dnsMs),
  ),
  column(
    'connect_ms',
    'float8',
    float8Array,
    attempted((fact) => fact.timings.connectMs),
  ),
  column(
    'tls_ms',
    'float8',
    float8Array,
    attempted((fact) => fact.timings.tlsMs),
  ),
  column(
    'first_byte_ms',
    'float8',
    float8Array,
    attempted((fact) => fact.timings.firstByteMs),
  ),
  column(
    'total_ms',
    'float8',
    float8Array,
    attempted((fact) => fact.timings.totalMs),
  ),
  column(
    'status_code',
    'int4',
    int4Array,
    attempted((fact) => fact.statusCode),
  ),
  column(
    'error_class',
    'text',
    textArray,
    attempted((fact) => fact.errorClass),
  ),
  column(
    'error',
    'text',
    textArray,
    attempted((fact) => fact.error),
  ),
  column(
    'answer',
    'text',
    textArray,
    attempted((fact) => fact.answer),
  ),
  column(
    'verdict',
    'text',
    textArray,
    attempted((fact) => fact.verdict),
  ),
  column('next_at', 'timestamptz', timestampArray, nextAtOf),
  column('reason', 'text', textArray, reasonOf),
  column('detail', 'text', textArray, detailOf),
];

const KEY = ['delivery_id', 'first_scheduled_at', 'round', 'attempt_number', 'kind', 'wait_number'];
const assignments = attemptColumns
  .filter(({ name }) => !KEY.includes(name))
  .map(({ name }) => `${name} = excluded.${name}`)
  .join(', ');

const numeric = (name: string) => (row: string) => `coalesce(${row}.${name}, -1)`;
const textual = (name: string) => (row: string) =>
  `${row}.${name} IS NOT NULL, coalesce(${row}.${name}, '') COLLATE "C"`;
const timed = (name: string) => (row: string) => `coalesce(${row}.${name}, '-infinity')`;

/** `compareFacts` once more, on columns. */
const ORDER = [
  numeric('rank'),
  timed('at'),
  numeric('total_ms'),
  numeric('status_code'),
  textual('error_class'),
  textual('error'),
  textual('answer'),
  textual('verdict'),
  textual('outcome'),
  timed('started_at'),
  ...['dns_ms', 'connect_ms', 'tls_ms', 'first_byte_ms'].map(numeric),
  timed('next_at'),
  textual('reason'),
  textual('detail'),
  ...['deferrals', 'webhook_epoch', 'webhook_version'].map(numeric),
];
const rowOf = (row: string): string => `(${ORDER.map((part) => part(row)).join(', ')})`;

/** Of twins the greater stands, by the same order that they are counted by. */
export const UPSERT_ATTEMPTS = insertSql(
  'monitoring.attempt',
  attemptColumns,
  `ON CONFLICT (${KEY.join(', ')}) DO UPDATE SET ${assignments} WHERE ${rowOf('excluded')} > ${rowOf('known')}`,
);

export const SELECT_ATTEMPTS = `
  SELECT a.* FROM unnest($1::uuid[], $2::timestamptz[]) AS asked (delivery_id, first_scheduled_at)
  CROSS JOIN LATERAL (
    SELECT delivery_id, (extract(epoch FROM known.first_scheduled_at) * 1000)::float8 AS first_scheduled_at,
      round, attempt_number, rank, (extract(epoch FROM known.at) * 1000)::float8 AS at, total_ms, status_code, error_class
    FROM monitoring.attempt AS known
    WHERE known.delivery_id = asked.delivery_id AND known.first_scheduled_at = asked.first_scheduled_at
      AND known.kind = 'attempted' AND known.first_scheduled_at BETWEEN $3 AND $4
    OFFSET 0
  ) AS a`;

export interface StoredAttempt {
  readonly delivery_id: string;
  readonly first_scheduled_at: number;
  readonly round: number;
  readonly attempt_number: number;
  readonly rank: number;
  readonly at: number;
  readonly total_ms: number;
  readonly status_code: number | null;
  readonly error_class: string | null;
}

export function countedAttemptOf(row: StoredAttempt): DeliveryKey & AttemptSlot & AttemptStanding {
  return {
    deliveryId: row.delivery_id,
    firstScheduledAtMs: row.first_scheduled_at,
    round: row.round,
    attemptNumber: row.attempt_number,
    rank: row.rank,
    atMs: row.at,
    totalMs: row.total_ms,
    statusCode: row.status_code,
    errorClass: row.error_class,
  };
}
