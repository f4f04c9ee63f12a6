import type { Last24Hours } from '@signalbox/domain';
import { rowsOf } from '@signalbox/postgres';
import type { DataSource } from 'typeorm';
import type { TroubledWebhooks } from '../../application/troubled-webhooks.port.ts';
import type { TroubledWebhook, TroubleSort } from '../../domain/troubled-webhook.ts';

const ORDER: Readonly<Record<TroubleSort, string>> = {
  failing: 'failed DESC, requests DESC, webhook_id',
  volume: 'requests DESC, webhook_id',
  lag: 'oldest ASC NULLS LAST, webhook_id',
};

/**
 * The counts of all webhooks: whole hours, and the minutes before the first of them. What is open counts from its first hour on,
 * however old as long as it is kept, and within that hour from its first minute. $1 to $3 are the window, $4 the limit, $5 the
 * retention.
 */
const worst = (sort: TroubleSort): string => `
  WITH counted AS (
    SELECT webhook_id, tenant_id, sum(requests)::float8 AS requests, sum(succeeded)::float8 AS succeeded,
           sum(failed)::float8 AS failed
    FROM (
      SELECT webhook_id, tenant_id, requests, succeeded, failed FROM monitoring.webhook_hour
      WHERE start_at >= $2 AND start_at < $3
      UNION ALL
      SELECT webhook_id, tenant_id, requests, succeeded, failed FROM monitoring.webhook_minute
      WHERE start_at >= $1 AND start_at < $2
    ) AS buckets
    GROUP BY webhook_id, tenant_id
  ), open_hours AS (
    SELECT webhook_id, tenant_id, sum(retrying + waiting)::float8 AS open, min(start_at) AS first_hour
    FROM monitoring.webhook_hour
    WHERE has_open AND start_at >= date_trunc('hour', now()) - $5 * interval '1 ms'
    GROUP BY webhook_id, tenant_id
  ), listed AS (
    SELECT webhook_id, tenant_id, coalesce(requests, 0) AS requests, coalesce(succeeded, 0) AS succeeded,
           coalesce(failed, 0) AS failed, coalesce(open, 0) AS open, coalesce(first_minute, first_hour) AS oldest
    FROM counted FULL JOIN open_hours USING (webhook_id, tenant_id)
    LEFT JOIN LATERAL (
      SELECT min(start_at) AS first_minute FROM monitoring.webhook_minute AS minute
      WHERE minute.webhook_id = open_hours.webhook_id AND minute.tenant_id = open_hours.tenant_id
        AND start_at >= first_hour AND start_at < first_hour + interval '1 hour' AND has_open
    ) AS minutes ON true
    ORDER BY ${ORDER[sort]} LIMIT $4
  )
  SELECT webhook_id AS "webhookId", tenant_id AS "tenantId", requests, succeeded, failed, open,
         (extract(epoch FROM oldest) * 1000)::float8 AS "oldestOpenAtMs", breaker.state AS breaker,
         floor(extract(epoch FROM breaker.at) * 1000)::float8 AS "breakerAtMs"
  FROM listed
  LEFT JOIN monitoring.webhook_breaker AS breaker USING (webhook_id, tenant_id)
  ORDER BY ${ORDER[sort]}`;

/** {@link TroubledWebhooks} from the counts by minute and hour; the request log is not read. */
export class PostgresTroubledWebhooks implements TroubledWebhooks {
  readonly #dataSource: DataSource;
  readonly #retentionMs: number;

  constructor(dataSource: DataSource, retentionMs: number) {
    this.#dataSource = dataSource;
    this.#retentionMs = retentionMs;
  }

  async worst(sort: TroubleSort, window: Last24Hours, limit: number): Promise<readonly TroubledWebhook[]> {
    const { fromMs, wholeHoursFromMs, untilMs } = window;
    return rowsOf<TroubledWebhook>(this.#dataSource, worst(sort), [
      new Date(fromMs),
      new Date(wholeHoursFromMs),
      new Date(untilMs),
      limit,
      this.#retentionMs,
    ]);
  }
}
