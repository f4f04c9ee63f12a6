import type { WebhookOwnership } from '../../webhooks/webhook-ownership.port.ts';

/** What must be true of the webhook a path names: a deleted one's log stays readable. */
export type NeededState = 'alive' | 'alive or deleted';

/** Whether the tenant has the webhook, so that a call about it may be passed on. */
export async function mayBePassedOn(
  ownership: WebhookOwnership,
  tenantId: string,
  webhookId: string,
  needed: NeededState,
): Promise<boolean> {
  const state = await ownership.stateOf(tenantId, webhookId);
  return state === 'alive' || (state === 'deleted' && needed === 'alive or deleted');
}
