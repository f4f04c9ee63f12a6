import { ms } from '../../../database/unix-ms.sql.ts';
import { NEWEST_FIRST } from './delivery-page.sql.ts';

/**
 * Deliveries as lists show them. `page`: their rows. The page is cut first, so that attempts are counted for its rows alone; OFFSET 0 keeps the
 * planner from joining whole partitions instead.
 */
export const listed = (page: string, furtherColumns = ''): string => `
  SELECT d.delivery_id AS "deliveryId", d.webhook_id AS "webhookId", d.event_type AS "eventType",
    d.event_id AS "eventId", d.state, d.reason, ${ms('d.standing_at')} AS "standingAtMs",
    ${ms('d.first_scheduled_at')} AS "firstScheduledAtMs", ${ms('d.next_at')} AS "nextAttemptAtMs",
    a.attempts, ${ms('a.last_at')} AS "lastAttemptAtMs",
    greatest(d.round, (SELECT max(resend.round) FROM resend WHERE resend.delivery_id = d.delivery_id)) + 1 AS rounds,
    d.round, d.round_state AS "roundState", ${ms('d.round_next_at')} AS "roundNextAtMs",
    d.status_code AS "statusCode", d.error_class AS "errorClass", d.best_total_ms AS "durationMs"${furtherColumns}
  FROM (${page}) AS d
  CROSS JOIN LATERAL (
    SELECT count(*)::int4 AS attempts, max(at) AS last_at FROM attempt
    WHERE attempt.delivery_id = d.delivery_id AND attempt.first_scheduled_at = d.first_scheduled_at
      AND attempt.kind = 'attempted'
    OFFSET 0
  ) AS a
  ${NEWEST_FIRST}`;

/** Where the rows of deliveries lie; $1 their ids. Without it every hour would have to be searched. */
export const PLACES = `
  SELECT delivery_id AS "deliveryId", ${ms('first_scheduled_at')} AS "firstScheduledAtMs"
  FROM delivery_place WHERE delivery_id = ANY($1::uuid[])`;

/** $1 delivery. */
export const RESENDS_OF_DELIVERY = `
  SELECT round, ${ms('requested_at')} AS "atMs", requested_by AS actor FROM resend WHERE delivery_id = $1 ORDER BY round`;

/** Entries of a log page, with the answer of the attempt that stands for each. */
export const logged = (where: string, page: string): string => `
  SELECT d.delivery_id AS "deliveryId", d.webhook_id AS "webhookId", d.event_type AS "eventType", d.body,
    ${ms('d.first_scheduled_at')} AS "firstScheduledAtMs", coalesce(d.has_succeeded, false) AS "hasSucceeded",
    d.status_code AS "statusCode", a.answer,
    CASE WHEN d.state IN ('expired', 'skipped') THEN d.reason ELSE a.error END AS error
  FROM (SELECT * FROM delivery AS d WHERE ${where} ${NEWEST_FIRST} ${page}) AS d
  LEFT JOIN LATERAL (
    SELECT answer, error FROM attempt
    WHERE attempt.delivery_id = d.delivery_id AND attempt.first_scheduled_at = d.first_scheduled_at
      AND attempt.round = d.best_round AND attempt.attempt_number = d.best_attempt AND attempt.kind = 'attempted'
    OFFSET 0
  ) AS a ON true
  ${NEWEST_FIRST}`;

/** $1 delivery, $2 when it was first scheduled. */
export const FACTS_OF_DELIVERY = `
  SELECT kind, round, attempt_number AS "attemptNumber", deferrals, ${ms('at')} AS "atMs",
    ${ms('started_at')} AS "startedAtMs", outcome, dns_ms AS "dnsMs", connect_ms AS "connectMs", tls_ms AS "tlsMs",
    first_byte_ms AS "firstByteMs", total_ms AS "totalMs", status_code AS "statusCode", error_class AS "errorClass",
    error, answer, verdict, ${ms('next_at')} AS "nextAttemptAtMs", CASE WHEN kind = 'attempted' THEN reason ELSE nullif(concat_ws(': ', reason, detail), '') END AS reason,
    CASE WHEN kind = 'attempted' THEN detail END AS "headerNames"
  FROM attempt WHERE delivery_id = $1 AND first_scheduled_at = $2
  ORDER BY round, attempt_number, deferrals, at`;
