/** Unix milliseconds as a number; pg would make a Date of it, slowly. */
const ms = (column: string): string => `(extract(epoch FROM ${column}) * 1000)::float8`;

const NEWEST_FIRST = 'ORDER BY d.first_scheduled_at DESC, d.delivery_id DESC';

/**
 * Deliveries as lists show them. The page is cut first, so that attempts are counted for its rows alone; OFFSET 0 keeps the
 * planner from joining whole partitions instead.
 */
export const listed = (where: string, limit: number, furtherColumns = ''): string => `
  SELECT d.delivery_id AS "deliveryId", d.webhook_id AS "webhookId", d.event_type AS "eventType",
    d.event_id AS "eventId", d.state, d.reason, ${ms('d.standing_at')} AS "standingAtMs",
    ${ms('d.first_scheduled_at')} AS "firstScheduledAtMs", ${ms('d.next_at')} AS "nextAttemptAtMs",
    a.attempts, a.rounds, ${ms('a.last_at')} AS "lastAttemptAtMs",
    d.status_code AS "statusCode", d.error_class AS "errorClass", a.duration AS "durationMs"${furtherColumns}
  FROM (SELECT * FROM delivery AS d WHERE ${where} ${NEWEST_FIRST} LIMIT ${limit}) AS d
  CROSS JOIN LATERAL (
    SELECT count(*) FILTER (WHERE kind = 'attempted')::int4 AS attempts, coalesce(max(round), 0) + 1 AS rounds,
      max(at) FILTER (WHERE kind = 'attempted') AS last_at,
      max(total_ms) FILTER (WHERE round = d.best_round AND attempt_number = d.best_attempt) AS duration
    FROM attempt
    WHERE attempt.delivery_id = d.delivery_id AND attempt.first_scheduled_at = d.first_scheduled_at
    OFFSET 0
  ) AS a
  ${NEWEST_FIRST}`;

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
    error, answer, verdict, ${ms('next_at')} AS "nextAttemptAtMs", nullif(concat_ws(': ', reason, detail), '') AS reason
  FROM attempt WHERE delivery_id = $1 AND first_scheduled_at = $2
  ORDER BY round, attempt_number, deferrals, at`;

const BREAKER_CHANGE = `${ms('at')} AS "atMs", state, reason, ${ms('open_since')} AS "openSinceMs",
  ${ms('next_probe_at')} AS "nextProbeAtMs"`;

/** A spell has two changes for each probe, and probes get rare: these reach back to what opened the breaker. */
const LATEST = 100;

/** $1 tenant, $2 webhook. */
export const LATEST_BREAKER_CHANGES = `
  SELECT * FROM (
    SELECT ${BREAKER_CHANGE} FROM breaker_change WHERE webhook_id = $2 AND tenant_id = $1 ORDER BY at DESC LIMIT ${LATEST}
  ) AS latest ORDER BY "atMs"`;

/** $1 tenant, $2 webhook, $3 since when, with what led to how it stood then. */
export const BREAKER_CHANGES_SINCE = `
  (SELECT ${BREAKER_CHANGE} FROM breaker_change WHERE webhook_id = $2 AND tenant_id = $1 AND at < $3
   ORDER BY at DESC LIMIT ${LATEST})
  UNION ALL
  (SELECT ${BREAKER_CHANGE} FROM breaker_change WHERE webhook_id = $2 AND tenant_id = $1 AND at >= $3
   ORDER BY at LIMIT 1000)
  ORDER BY "atMs"`;
