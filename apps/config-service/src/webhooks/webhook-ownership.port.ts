export const WEBHOOK_OWNERSHIP = Symbol('WEBHOOK_OWNERSHIP');

/** Whether an id is, or once was, one of the tenant's webhooks. */
export interface WebhookOwnership {
  stateOf(tenantId: string, webhookId: string): Promise<'alive' | 'deleted' | 'unknown'>;
}
