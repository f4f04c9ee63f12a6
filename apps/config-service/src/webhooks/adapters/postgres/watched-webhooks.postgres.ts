import { encodeOperation } from '@signalbox/contracts';
import type { Operation } from '@signalbox/contracts';
import { inTransaction, rowsOf } from '@signalbox/postgres';
import type { SqlRunner } from '@signalbox/postgres';
import type { DataSource } from 'typeorm';
import { epochOf, fillOutbox } from '../../../outbox/outbox.ts';
import type { WatchedWebhook, WatchedWebhooks } from '../../application/watched-webhooks.port.ts';
import type { FailureStreak } from '../../domain/failing-webhook.ts';
import type { WebhookEvent } from '../../domain/webhook.events.ts';

/** What begins the time anew in which a webhook may fail. */
const CLOCK_STARTS = ['Created', 'Enabled', 'EndpointChanged'] as const satisfies readonly WebhookEvent['type'][];

interface Row extends Omit<WatchedWebhook, 'failingSinceMs'> {
  readonly failingSinceMs: number | null;
}

/** A webhook that is failing no longer. */
interface Recovery {
  readonly webhookId: string;
  readonly tenantId: string;
  readonly version: number;
  readonly failingSinceMs: number;
  readonly atMs: number;
}

export class PostgresWatchedWebhooks implements WatchedWebhooks {
  readonly #dataSource: DataSource;

  constructor(dataSource: DataSource) {
    this.#dataSource = dataSource;
  }

  async forgetOver(atMs: number): Promise<void> {
    await inTransaction(this.#dataSource, async (transaction) => {
      const enabled = await rowsOf<Omit<Recovery, 'atMs'>>(
        transaction,
        `WITH over AS (
           DELETE FROM failing_webhook AS failing
           WHERE NOT EXISTS (SELECT FROM webhook WHERE id = failing.webhook_id AND enabled)
              OR EXISTS (SELECT FROM webhook_event WHERE webhook_id = failing.webhook_id
                         AND type = ANY ($1) AND at_ms > failing.failing_since_ms)
           RETURNING webhook_id, failing_since_ms
         )
         SELECT id AS "webhookId", tenant_id AS "tenantId", version, failing_since_ms::float8 AS "failingSinceMs"
         FROM over JOIN webhook ON webhook.id = over.webhook_id WHERE enabled ORDER BY id`,
        [CLOCK_STARTS],
      );
      for (const recovery of enabled) await tellRecovered(transaction, { ...recovery, atMs });
    });
  }

  async next(afterId: string, startedBeforeMs: number, limit: number): Promise<readonly WatchedWebhook[]> {
    const rows = await rowsOf<Row>(
      this.#dataSource,
      `SELECT webhook.id AS "webhookId", webhook.tenant_id AS "tenantId", webhook.version,
         epoch.current || '.' || webhook.version AS "stateTag", clock.since::float8 AS "sinceMs",
         failing.failing_since_ms::float8 AS "failingSinceMs"
       FROM webhook CROSS JOIN epoch
       CROSS JOIN LATERAL (
         SELECT max(at_ms) AS since FROM webhook_event WHERE webhook_id = webhook.id AND type = ANY ($1)
       ) AS clock
       LEFT JOIN failing_webhook AS failing ON failing.webhook_id = webhook.id
       WHERE webhook.enabled AND webhook.id > $2 AND clock.since <= $3
       ORDER BY webhook.id LIMIT $4`,
      [CLOCK_STARTS, afterId, startedBeforeMs, limit],
    );
    return rows.map(({ failingSinceMs, ...row }) => ({ ...row, ...(failingSinceMs !== null && { failingSinceMs }) }));
  }

  async warn(
    { webhookId, tenantId, version }: WatchedWebhook,
    { firstFailedAtMs: failingSinceMs, failures }: FailureStreak,
    disabledFromMs: number,
    atMs: number,
  ): Promise<boolean> {
    return inTransaction(this.#dataSource, async (transaction) => {
      const warned = await rowsOf(
        transaction,
        `INSERT INTO failing_webhook (webhook_id, failing_since_ms, warned_at_ms)
         SELECT id, $3::bigint, $4::bigint FROM webhook WHERE id = $1 AND version = $2 AND enabled
         ON CONFLICT DO NOTHING RETURNING webhook_id`,
        [webhookId, version, Math.round(failingSinceMs), atMs],
      );
      if (warned.length === 0) return false;
      const about = { webhookId, tenantId, webhookVersion: version, actor: 'system', atMs };
      await tell(transaction, { kind: 'webhook-failing', ...about, failingSinceMs, failures, disabledFromMs });
      return true;
    });
  }

  async recover({ webhookId, tenantId, version }: WatchedWebhook, atMs: number): Promise<boolean> {
    return inTransaction(this.#dataSource, async (transaction) => {
      const [failing] = await rowsOf<{ sinceMs: number }>(
        transaction,
        'DELETE FROM failing_webhook WHERE webhook_id = $1 RETURNING failing_since_ms::float8 AS "sinceMs"',
        [webhookId],
      );
      if (failing === undefined) return false;
      await tellRecovered(transaction, { webhookId, tenantId, version, atMs, failingSinceMs: failing.sinceMs });
      return true;
    });
  }
}

async function tellRecovered(transaction: SqlRunner, { version: webhookVersion, ...rest }: Recovery): Promise<void> {
  await tell(transaction, { kind: 'webhook-recovered', ...rest, webhookVersion, actor: 'system' });
}

async function tell(transaction: SqlRunner, operation: Operation): Promise<void> {
  const { webhookId: key, tenantId, atMs } = operation;
  const epoch = await epochOf(transaction);
  const message = { topic: 'operations', key, tenantId, ...encodeOperation(operation) } as const;
  await fillOutbox(transaction, [message], { epoch, atMs });
}
