import { ms } from '../database/unix-ms.sql.ts';

/**
 * How the projections' table `breaker_change` is read: every slice that shows breakers shows the same.
 * Columns of a change: `atMs`, `state`, `reason`, `openSinceMs`, `nextProbeAtMs`; times are Unix ms.
 */
const CHANGE = `${ms('at')} AS "atMs", state, reason, ${ms('open_since')} AS "openSinceMs",
  ${ms('next_probe_at')} AS "nextProbeAtMs"`;

/** A spell has two changes for each probe, and probes get rare: so many reach back to what opened the breaker. */
const BEFORE = 100;
const SINCE = 1_000;

/** $1 tenant, $2 webhook, $3 since when; ascending, with what led to how it stood then. */
export const BREAKER_CHANGES_SINCE = `
  (SELECT ${CHANGE} FROM breaker_change WHERE webhook_id = $2 AND tenant_id = $1 AND at < $3 ORDER BY at DESC LIMIT ${BEFORE})
  UNION ALL
  (SELECT ${CHANGE} FROM breaker_change WHERE webhook_id = $2 AND tenant_id = $1 AND at >= $3 ORDER BY at DESC LIMIT ${SINCE})
  ORDER BY "atMs"`;

/** $1 tenant, $2 webhooks; ascending for each `webhookId`, with what led to how it stands now. */
export const LATEST_BREAKER_CHANGES = `
  SELECT asked.webhook_id AS "webhookId", change.*
  FROM unnest($2::text[]) AS asked (webhook_id)
  CROSS JOIN LATERAL (
    SELECT ${CHANGE} FROM breaker_change
    WHERE breaker_change.webhook_id = asked.webhook_id AND tenant_id = $1 ORDER BY at DESC LIMIT ${BEFORE}
  ) AS change
  ORDER BY "webhookId", "atMs"`;
