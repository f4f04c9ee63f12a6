import { rowsOf } from '@signalbox/postgres';
import type { DataSource } from 'typeorm';
import type { FailureStreaks } from '../../application/failure-streaks.port.ts';
import type { FailureStreak, StreakBounds, WatchedWebhook } from '../../domain/failure-streak.ts';

/**
 * Which webhooks are worth a look at their log: those with enough failures in the hours since the last one with a success.
 * $1 tenant, $2 webhooks, $3 their clocks, $4 failures. The hours are those deliveries were first scheduled in, so that a
 * streak may be seen up to an hour late, and never too early.
 */
const CANDIDATES = `
  SELECT asked.webhook_id, asked.since
  FROM unnest($2::text[], $3::timestamptz[]) AS asked (webhook_id, since)
  CROSS JOIN LATERAL (
    SELECT max(start_at) AS at FROM webhook_hour
    WHERE webhook_id = asked.webhook_id AND tenant_id = $1 AND succeeded > 0
  ) AS last_success
  WHERE (
    SELECT sum(failed - expired - abandoned) FROM webhook_hour
    WHERE webhook_id = asked.webhook_id AND tenant_id = $1 AND start_at >= coalesce(last_success.at, '-infinity')
  ) >= $4`;

const ms = (time: string): string => `(extract(epoch FROM ${time}) * 1000)::float8`;

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
         SELECT max(best_at) AS at FROM delivery
         WHERE webhook_id = candidate.webhook_id AND tenant_id = $1 AND has_succeeded
       ) AS success
       CROSS JOIN LATERAL (
         SELECT count(*)::int AS failures, min(standing_at) AS first_at, max(standing_at) AS last_at FROM delivery
         WHERE webhook_id = candidate.webhook_id AND tenant_id = $1 AND state = 'failed'
           AND standing_at > greatest(candidate.since, success.at)
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
