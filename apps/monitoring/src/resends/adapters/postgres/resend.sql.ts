import { ms } from '../../../database/unix-ms.sql.ts';
import type { ResendableState } from '../../domain/bulk-resend.ts';

/** What decides which round comes next; `d` is the delivery. A `ResendableDelivery` but for the nesting. */
export const RESENDABLE = `d.delivery_id AS "deliveryId", ${ms('d.first_scheduled_at')} AS "firstScheduledAtMs",
  d.body IS NOT NULL AS "hasBody", d.round AS "seenRound", d.round_state AS "seenState",
  ${ms('d.round_at')} AS "seenAtMs", ${ms('d.round_next_at')} AS "seenNextAtMs",
  (SELECT max(resend.round) FROM resend WHERE resend.delivery_id = d.delivery_id) AS requested,
  (SELECT ${ms('resend.requested_at')} FROM resend WHERE resend.delivery_id = d.delivery_id
   ORDER BY resend.round DESC LIMIT 1) AS "requestedAtMs"`;

export interface ResendableRow {
  readonly deliveryId: string;
  readonly firstScheduledAtMs: number;
  readonly hasBody: boolean;
  readonly seenRound: number;
  readonly seenState: string;
  readonly seenAtMs: number | null;
  readonly seenNextAtMs: number | null;
  readonly requested: number | null;
  readonly requestedAtMs: number | null;
}

/** Deliveries that a bulk resend's filter `f` is about. What ended badly has an index, which must be told of for each state. */
const matches = (state: ResendableState): string => `d.webhook_id = f.webhook_id AND d.tenant_id = f.tenant_id
  AND d.first_scheduled_at >= f.filter_from AND d.first_scheduled_at <= f.filter_to
  AND d.state = '${state}'${state === 'succeeded' ? '' : ' AND d.ended_badly'}
  AND (f.filter_event_type IS NULL OR d.event_type = f.filter_event_type)`;

/** $1 to $6 as {@link filterParameters}. */
export const countMatching = (state: ResendableState): string => `
  SELECT count(*)::float8 AS matching FROM delivery AS d,
    (SELECT $1::text AS tenant_id, $2::text AS webhook_id, $3::text AS filter_state, $4::timestamptz AS filter_from,
      $5::timestamptz AS filter_to, $6::text AS filter_event_type) AS f
  WHERE ${matches(state)}`;

/** $1 the bulk resend, of this state; $2 how many. */
export const candidates = (state: ResendableState): string => `
  SELECT ${RESENDABLE} FROM bulk_resend AS f
  CROSS JOIN LATERAL (
    SELECT * FROM delivery AS d
    WHERE ${matches(state)} AND (f.after_at IS NULL OR (d.first_scheduled_at, d.delivery_id) > (f.after_at, f.after_id))
      -- The same, as an index can begin with it: else each step would read from the filter's beginning.
      AND d.first_scheduled_at >= greatest(f.filter_from, f.after_at)
    ORDER BY d.first_scheduled_at, d.delivery_id LIMIT $2
  ) AS d
  WHERE f.id = $1 AND f.state = 'running'
  ORDER BY d.first_scheduled_at, d.delivery_id`;

/**
 * $1 limit. The bytes go along: rounds are few. The webhook's state is the latest that any attempt was made with, so that
 * no sender has to wait for it.
 */
export const UNRELAYED = `
  SELECT resend.delivery_id AS "deliveryId", resend.round, d.body, d.webhook_id AS "webhookId", d.tenant_id AS "tenantId",
    d.event_type AS "eventType", coalesce(d.event_id, '') AS "eventId",
    ${ms('d.first_scheduled_at')} AS "firstScheduledAtMs", d.round AS "seenRound",
    coalesce(latest.webhook_epoch, 0) AS "webhookEpoch", coalesce(latest.webhook_version, 0) AS "webhookVersion"
  FROM (SELECT * FROM resend WHERE relayed_at IS NULL ORDER BY requested_at, delivery_id LIMIT $1) AS resend
  LEFT JOIN LATERAL (
    SELECT delivery.* FROM delivery_place AS place
    JOIN delivery ON delivery.delivery_id = place.delivery_id AND delivery.first_scheduled_at = place.first_scheduled_at
    WHERE place.delivery_id = resend.delivery_id AND delivery.body IS NOT NULL
    ORDER BY delivery.first_scheduled_at LIMIT 1
  ) AS d ON true
  LEFT JOIN LATERAL (
    SELECT webhook_epoch, webhook_version FROM attempt
    WHERE attempt.delivery_id = d.delivery_id AND attempt.first_scheduled_at = d.first_scheduled_at
    ORDER BY webhook_epoch DESC, webhook_version DESC LIMIT 1
  ) AS latest ON true
  ORDER BY resend.requested_at, resend.delivery_id`;

/** $1 bulk resend (null: none), $2 tenant, $3 webhook, $4 when, $5 by whom, $6 and $7 deliveries and rounds. */
export const INSERT_REQUESTS = `
  INSERT INTO resend (bulk_id, tenant_id, webhook_id, requested_at, requested_by, delivery_id, round)
  SELECT $1::uuid, $2::text, $3::text, $4::timestamptz, $5::text, asked.*
  FROM unnest($6::uuid[], $7::int4[]) AS asked (delivery_id, round)
  -- One that is cancelled meanwhile asks for nothing more; the lock keeps it from being cancelled in the middle.
  WHERE $1::uuid IS NULL OR EXISTS (SELECT FROM bulk_resend WHERE id = $1 AND state = 'running' FOR UPDATE)
  ON CONFLICT (delivery_id, round) DO NOTHING
  RETURNING 1`;

/** As {@link INSERT_REQUESTS}, and $8 how many are passed over, $9 and $10 the last one looked at, $11 whether it ends. */
export const STEP = `
  WITH inserted AS (${INSERT_REQUESTS}), counted AS (SELECT count(*)::int4 AS resent FROM inserted)
  UPDATE bulk_resend SET
    resent = bulk_resend.resent + counted.resent,
    -- At the end whatever has not come up has ended otherwise since it was counted.
    passed_over = CASE WHEN $11::boolean
      THEN greatest(0, matching - bulk_resend.resent - counted.resent)
      ELSE passed_over + $8::int4 + cardinality($6::uuid[]) - counted.resent END,
    after_at = coalesce($9::timestamptz, after_at), after_id = coalesce($10::uuid, after_id),
    state = CASE WHEN $11 THEN 'done' ELSE state END, ended_at = CASE WHEN $11 THEN $4::timestamptz END
  FROM counted
  WHERE id = $1 AND state = 'running'
  RETURNING counted.resent`;

export const BULK = `id, webhook_id AS "webhookId", state, filter_state AS "filterState", ${ms('filter_from')} AS "fromMs",
  ${ms('filter_to')} AS "toMs", filter_event_type AS "eventType", rate_per_second AS "ratePerSecond", matching, resent,
  passed_over AS "passedOver", ${ms('created_at')} AS "createdAtMs", created_by AS "createdBy", ${ms('ended_at')} AS "endedAtMs"`;
