/** What the journal says of a webhook after a version. */
export interface WebhookRedirections {
  /**
   * Whether where it goes, or whether it is enabled, changed after the state of (epoch, version). Versions of another
   * epoch cannot be compared: true.
   */
  hasBeenRedirected(
    tenantId: string,
    webhookId: string,
    since: { readonly epoch: number; readonly version: number },
  ): Promise<boolean>;
}
