/** What a credential may allow. */
export const SCOPES = [
  'webhooks:read',
  'webhooks:write',
  'deliveries:read',
  'deliveries:resend',
  'ops:read',
  'ops:write',
] as const;
export type Scope = (typeof SCOPES)[number];

export function isScope(text: string): text is Scope {
  return SCOPES.some((scope) => scope === text);
}

/** Who calls, by a credential that was checked. */
export interface Principal {
  readonly tenantId: string;
  /** For the audit trail: `api-key:<id>`, `jwt:<subject>`. */
  readonly actor: string;
  readonly scopes: readonly Scope[];
}
