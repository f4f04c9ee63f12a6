import type { PreparedStatement } from '@signalbox/postgres';
import type { LoadedWebhook } from '../../application/webhook-journal.port.ts';
import type { Webhook } from '../../domain/webhook.ts';
import type { WebhookEntity } from './webhook.entity.ts';

/** A row without what only the list needs. */
export function webhookOf(row: WebhookEntity): Webhook {
  const { createdOrder: _, ...webhook }: Webhook & Pick<WebhookEntity, 'createdOrder'> = row;
  return webhook;
}

/**
 * A `Webhook` as one column of JSON, for what the API reads at every call: what pg does for each column of a row, and TypeORM
 * for each of an entity, costs more than the statement.
 */
export const WEBHOOK_JSON = `json_build_object(
  'id', id, 'tenantId', tenant_id, 'version', version, 'name', name, 'event', event, 'events', events, 'url', url,
  'headers', headers, 'policy', policy, 'signingKeys', signing_keys, 'ed25519PrivateKey', ed25519_private_key,
  'enabled', enabled, 'disabledReason', disabled_reason, 'createdAtMs', created_at_ms
)`;

/** Webhook $1 of tenant $2. */
export const LOAD_WEBHOOK: PreparedStatement = {
  name: 'load-webhook',
  text: `SELECT json_build_object('stateTag', epoch.current || '.' || version, 'webhook', ${WEBHOOK_JSON}) AS loaded
    FROM webhook CROSS JOIN epoch WHERE id = $1 AND tenant_id = $2`,
};

export interface LoadedRow {
  readonly loaded: LoadedWebhook;
}
