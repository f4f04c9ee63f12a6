import { rowsOf } from '@signalbox/postgres';
import type { DataSource } from 'typeorm';
import type { WebhookRedirections } from '../../application/webhook-redirections.port.ts';
import type { WebhookEvent } from '../../domain/webhook.events.ts';

const REDIRECTING = [
  'EndpointChanged',
  'Enabled',
  'Disabled',
  'Deleted',
] as const satisfies readonly WebhookEvent['type'][];

export class PostgresWebhookRedirections implements WebhookRedirections {
  readonly #dataSource: DataSource;

  constructor(dataSource: DataSource) {
    this.#dataSource = dataSource;
  }

  async hasBeenRedirected(
    tenantId: string,
    webhookId: string,
    since: { readonly epoch: number; readonly version: number },
  ): Promise<boolean> {
    const [row] = await rowsOf<{ redirected: boolean }>(
      this.#dataSource,
      `SELECT current <> $3 OR EXISTS (
         SELECT FROM webhook_event
         WHERE webhook_id = $1 AND tenant_id = $2 AND version > $4 AND type = ANY ($5)
       ) AS redirected
       FROM epoch`,
      [webhookId, tenantId, since.epoch, since.version, REDIRECTING],
    );
    return row?.redirected !== false;
  }
}
