export const WEBHOOK_NAMES = Symbol('WEBHOOK_NAMES');

/** What webhooks are called, of whatever tenant: for operators only. */
export interface WebhookNames {
  /** By id; one that was deleted is not among them. */
  namesOf(webhookIds: readonly string[]): Promise<ReadonlyMap<string, string>>;
}
