import type { Attempted } from '@signalbox/contracts';
import type { AttemptKey, AttemptStanding, StoredFact } from '../../application/read-models.port.ts';
import { standingOf } from '../../application/batch-fold.ts';
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
  column('rank', 'int4', int4Array, (fact) => (fact.kind === 'attempted' ? standingOf(fact).rank : 0)),
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
];

function nextAtOf(fact: StoredFact): number | undefined {
  if (fact.kind === 'deferred') return fact.dueAtMs;
  return fact.kind === 'attempted' ? fact.nextAttemptAtMs : undefined;
}

function reasonOf(fact: StoredFact): string | null {
  if (fact.kind === 'deferred') return fact.detail === undefined ? fact.reason : `${fact.reason}: ${fact.detail}`;
  return fact.kind === 'skipped' ? fact.reason : null;
}

const KEY = ['delivery_id', 'first_scheduled_at', 'round', 'attempt_number', 'kind', 'wait_number'];
const assignments = attemptColumns
  .filter(({ name }) => !KEY.includes(name))
  .map(({ name }) => `${name} = excluded.${name}`)
  .join(', ');

/** Of twins the greater stands, by the same order that `BatchFold` counts them by. */
export const UPSERT_ATTEMPTS = insertSql(
  'monitoring.attempt',
  attemptColumns,
  `ON CONFLICT (${KEY.join(', ')}) DO UPDATE SET ${assignments}
   WHERE (excluded.rank, excluded.at, coalesce(excluded.total_ms, 0)) > (known.rank, known.at, coalesce(known.total_ms, 0))`,
);

export const SELECT_ATTEMPTS = `
  SELECT a.* FROM unnest($1::uuid[], $2::timestamptz[], $5::int4[], $6::int4[])
    AS asked (delivery_id, first_scheduled_at, round, attempt_number)
  CROSS JOIN LATERAL (
    SELECT delivery_id, (extract(epoch FROM known.first_scheduled_at) * 1000)::float8 AS first_scheduled_at,
      round, attempt_number, rank, (extract(epoch FROM known.at) * 1000)::float8 AS at, total_ms
    FROM monitoring.attempt AS known
    WHERE known.delivery_id = asked.delivery_id AND known.first_scheduled_at = asked.first_scheduled_at
      AND known.round = asked.round AND known.attempt_number = asked.attempt_number
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
}

export function countedAttemptOf(row: StoredAttempt): AttemptKey & AttemptStanding {
  return {
    deliveryId: row.delivery_id,
    firstScheduledAtMs: row.first_scheduled_at,
    round: row.round,
    attemptNumber: row.attempt_number,
    rank: row.rank,
    atMs: row.at,
    totalMs: row.total_ms,
  };
}
