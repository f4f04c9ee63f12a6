import type { Last24Hours } from '@signalbox/domain';
import { rowsOf } from '@signalbox/postgres';
import type { DataSource } from 'typeorm';
import { cheapestCover } from '../../../health/window-cover.ts';
import type { TroubledWebhooks } from '../../application/troubled-webhooks.port.ts';
import type { TroubledWebhook, TroubleSort } from '../../domain/troubled-webhook.ts';

const HOUR_MS = 3_600_000;

const ORDER: Readonly<Record<TroubleSort, string>> = {
  failing: 'failed DESC, requests DESC, webhook_id',
  volume: 'requests DESC, webhook_id',
  lag: 'oldest ASC NULLS LAST, webhook_id',
};

const SUMS = `sum(requests)::float8 AS requests, sum(succeeded)::float8 AS succeeded, sum(failed)::float8 AS failed`;

/**
 * The counts of all webhooks that have any in the window: whole hours, and of the hour at its begin the few minutes that are
 * added or taken away, webhook by webhook, as no index finds the minutes of all. What is open counts from its first hour on, however
 * old as long as it is kept, and within that hour from its first minute. $1 is the limit, $2 the retention, $3 to $4 are the hours,
 * $5 is the one at the window's begin, $6 to $7 are its minutes, and $8 is 1 where they are added, -1 where they are taken away.
 */
const worst = (sort: TroubleSort): string => `
  WITH counted AS (
    SELECT webhook_id, tenant_id, ${SUMS}
    FROM (
      SELECT webhook_id, tenant_id, requests, succeeded, failed FROM monitoring.webhook_hour
      WHERE start_at >= $3 AND start_at < $4
      UNION ALL
      SELECT edge.webhook_id, edge.tenant_id, $8 * minutes.requests, $8 * minutes.succeeded, $8 * minutes.failed
      FROM monitoring.webhook_hour AS edge
      CROSS JOIN LATERAL (
        SELECT ${SUMS} FROM monitoring.webhook_minute AS minute
        WHERE minute.webhook_id = edge.webhook_id AND minute.tenant_id = edge.tenant_id
          AND minute.start_at >= $6 AND minute.start_at < $7
      ) AS minutes
      WHERE edge.start_at = $5
    ) AS buckets
    GROUP BY webhook_id, tenant_id HAVING sum(requests) > 0
  ), open_hours AS (
    SELECT webhook_id, tenant_id, sum(retrying + waiting)::float8 AS open, min(start_at) AS first_hour
    FROM monitoring.webhook_hour
    WHERE has_open AND start_at >= date_trunc('hour', now()) - $2 * interval '1 ms'
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
    ORDER BY ${ORDER[sort]} LIMIT $1
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
    const { hoursFromMs, addedFromMs, takenFromMs } = cheapestCover(window);
    const isAdded = addedFromMs < hoursFromMs;
    const minutes = isAdded ? [addedFromMs, hoursFromMs] : [takenFromMs, fromMs];
    const times = [hoursFromMs, untilMs, wholeHoursFromMs - HOUR_MS, ...minutes];
    return rowsOf<TroubledWebhook>(this.#dataSource, worst(sort), [
      limit,
      this.#retentionMs,
      ...times.map((ms) => new Date(ms)),
      isAdded ? 1 : -1,
    ]);
  }
}
