/** Opens what config-service sealed. */
export interface SecretOpener {
  open(
    sealed: string,
    webhookId: string,
  ):
    | { readonly kind: 'opened'; readonly plain: string }
    | { readonly kind: 'unknown-key'; readonly keyId: string }
    | { readonly kind: 'tampered' };
}
