/** Any other text cannot be a webhook's id, and need not be looked for. */
export function isWebhookId(text: string): boolean {
  return /^[0-9a-z]{21}$/.test(text);
}
