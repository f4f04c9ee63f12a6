import { rowsOf } from '@signalbox/postgres';
import type { DataSource } from 'typeorm';
import { ms } from '../../../database/unix-ms.sql.ts';
import type { FailureStreaks } from '../../application/failure-streaks.port.ts';
import type { FailureStreak, StreakBounds, WatchedWebhook } from '../../domain/failure-streak.ts';

/**
 * Which webhooks are worth a look at their log: those with enough failures in the hours since the last one with a success.
 * and no success within the span asked for, by which most busy ones are out. $1 tenant, $2 webhooks, $3 their clocks,
 * $4 failures, $5 the span in ms; an hour of it is left to clocks that differ. The hours are those deliveries were first scheduled in, so that a
 * streak may be seen up to an hour late, and never too early.
 */
const CANDIDATES = `
  SELECT asked.webhook_id, asked.since
  FROM unnest($2::text[], $3::timestamptz[]) AS asked (webhook_id, since)
  CROSS JOIN LATERAL (
    SELECT max(start_at) AS at FROM webhook_hour
    WHERE webhook_id = asked.webhook_id AND tenant_id = $1 AND succeeded > 0
  ) AS last_success
  WHERE coalesce(last_success.at, '-infinity') <= now() - $5 * interval '1 ms' + interval '1 hour' AND (
    SELECT sum(failed) FROM webhook_hour
    WHERE webhook_id = asked.webhook_id AND tenant_id = $1 AND start_at >= coalesce(last_success.at, '-infinity')
  ) >= $4`;

/**
 * When each delivery of a candidate failed first and last since its clock began and since its last success. A resend that fails
 * takes the standing of the delivery, and one that expires or is skipped its state: what failed before is in its attempts.
 * They are asked for those deliveries alone, which are few.
 */
const FAILURES = `
  SELECT standing_at AS first_at, standing_at AS last_at FROM delivery
  WHERE webhook_id = candidate.webhook_id AND tenant_id = $1 AND ended_badly AND state = 'failed'
    AND standing_round = 0 AND standing_at > clock.at
  UNION ALL
  SELECT failed.first_at, failed.last_at FROM delivery AS resent
  CROSS JOIN LATERAL (
    SELECT min(at) AS first_at, max(at) AS last_at FROM attempt
    WHERE delivery_id = resent.delivery_id AND first_scheduled_at = resent.first_scheduled_at AND outcome = 'failed'
      AND at > clock.at
  ) AS failed
  WHERE resent.webhook_id = candidate.webhook_id AND resent.tenant_id = $1 AND resent.ended_badly
    AND resent.standing_round > 0 AND failed.first_at IS NOT NULL`;

export class PostgresFailureStreaks implements FailureStreaks {
  readonly #dataSource: DataSource;

  constructor(dataSource: DataSource) {
    this.#dataSource = dataSource;
  }

  async streaksOf(
    tenantId: string,
    webhooks: readonly WatchedWebhook[],
    { spanMs, minFailures }: StreakBounds,
  ): Promise<readonly FailureStreak[]> {
    return rowsOf<FailureStreak>(
      this.#dataSource,
      `SELECT candidate.webhook_id AS "webhookId", streak.failures,
         ${ms('streak.first_at')} AS "firstFailedAtMs", ${ms('streak.last_at')} AS "lastFailedAtMs"
       FROM (${CANDIDATES}) AS candidate
       CROSS JOIN LATERAL (
         SELECT greatest(candidate.since, max(best_at)) AS at FROM delivery
         WHERE webhook_id = candidate.webhook_id AND tenant_id = $1 AND has_succeeded
       ) AS clock
       CROSS JOIN LATERAL (
         SELECT count(*)::int AS failures, min(first_at) AS first_at, max(last_at) AS last_at FROM (${FAILURES}) AS failure
       ) AS streak
       WHERE streak.failures >= $4 AND streak.last_at - streak.first_at >= $5 * interval '1 ms'`,
      [
        tenantId,
        webhooks.map(({ webhookId }) => webhookId),
        webhooks.map(({ sinceMs }) => new Date(sinceMs)),
        Math.max(1, minFailures),
        spanMs,
      ],
    );
  }

  async recoveredOf(tenantId: string, webhooks: readonly WatchedWebhook[]): Promise<readonly string[]> {
    const failing = webhooks.filter(({ failingSinceMs }) => failingSinceMs !== undefined);
    if (failing.length === 0) return [];
    const rows = await rowsOf<{ webhookId: string }>(
      this.#dataSource,
      `SELECT asked.webhook_id AS "webhookId"
       FROM unnest($2::text[], $3::timestamptz[]) AS asked (webhook_id, failing_since)
       WHERE EXISTS (
         SELECT FROM delivery WHERE webhook_id = asked.webhook_id AND tenant_id = $1 AND has_succeeded
           AND best_at > asked.failing_since)`,
      [
        tenantId,
        failing.map(({ webhookId }) => webhookId),
        failing.map(({ failingSinceMs = 0 }) => new Date(failingSinceMs)),
      ],
    );
    return rows.map(({ webhookId }) => webhookId);
  }
}
