import { ms } from '../database/unix-ms.sql.ts';

/**
 * How the projections' table `breaker_change` is read: every slice that shows breakers shows the same.
 * Columns of a change: `atMs`, `state`, `reason`, `openSinceMs`, `nextProbeAtMs`; times are Unix ms.
 */
const CHANGE = `${ms('told.at')} AS "atMs", told.state, told.reason, ${ms('told.open_since')} AS "openSinceMs",
  ${ms('told.next_probe_at')} AS "nextProbeAtMs"`;

/** What a history shows at most; the newest. */
const SHOWN = 1_000;

/**
 * How the breaker of `of` (columns `webhook_id`, `tenant_id`, `until`) stood at that time: its last change, and the one that opened it
 * then. A spell's changes all tell the same `open_since`, which is the time of the first of them, give or take a moment.
 */
const standing = (of: string): string => `
  CROSS JOIN LATERAL (
    SELECT * FROM breaker_change AS change
    WHERE change.webhook_id = ${of}.webhook_id AND change.tenant_id = ${of}.tenant_id AND change.at <= ${of}.until
    ORDER BY at DESC, state DESC, delivery_id DESC LIMIT 1
  ) AS last
  CROSS JOIN LATERAL (
    SELECT last.*
    UNION
    (SELECT * FROM breaker_change AS change
     WHERE change.webhook_id = last.webhook_id AND change.tenant_id = last.tenant_id AND last.state <> 'closed'
       AND change.at >= last.open_since - interval '1 minute' AND change.at <= last.at
       AND change.state = 'open' AND change.open_since = last.open_since
     ORDER BY at LIMIT 1)
  ) AS told`;

/** $1 tenant, $2 webhook, $3 times; ascending, what led to how it stood at each of them. */
export const BREAKER_CHANGES_AT = `
  SELECT DISTINCT ${CHANGE}
  FROM (SELECT $2::text AS webhook_id, $1::text AS tenant_id, until FROM unnest($3::timestamptz[]) AS until) AS asked
  ${standing('asked')}
  ORDER BY "atMs", state`;

/** $1 tenant, $2 webhook, $3 since when; ascending, with what led to how it stood then and how it stands now. */
export const BREAKER_CHANGES_SINCE = `
  SELECT DISTINCT ${CHANGE} FROM (
    (SELECT * FROM breaker_change WHERE webhook_id = $2 AND tenant_id = $1 AND at >= $3 ORDER BY at DESC LIMIT ${SHOWN})
    UNION ALL
    SELECT told.*
    FROM (VALUES ($2::text, $1::text, $3::timestamptz), ($2::text, $1::text, 'infinity'::timestamptz)) AS asked (webhook_id, tenant_id, until)
    ${standing('asked')}
  ) AS told
  ORDER BY "atMs", state`;

/** $1 tenant, $2 webhooks; ascending for each `webhookId`, what led to how it stands now. */
export const LATEST_BREAKER_CHANGES = `
  SELECT asked.webhook_id AS "webhookId", ${CHANGE}
  FROM (SELECT webhook_id, $1::text AS tenant_id, 'infinity'::timestamptz AS until FROM unnest($2::text[]) AS webhook_id) AS asked
  ${standing('asked')}
  ORDER BY "webhookId", "atMs", state`;
