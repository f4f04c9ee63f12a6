import type { Webhook } from '../../domain/webhook.ts';
import type { WebhookEntity } from './webhook.entity.ts';

/** A row without what only the list needs. */
export function webhookOf(row: WebhookEntity): Webhook {
  const { createdOrder: _, ...webhook }: Webhook & Pick<WebhookEntity, 'createdOrder'> = row;
  return webhook;
}
