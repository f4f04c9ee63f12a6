/** Who calls, as the public door found out; the services behind it believe nothing else. */
export interface Identity {
  readonly tenantId: string;
  /** e.g. `deliveries:read`; empty means nothing is allowed. */
  readonly scopes: readonly string[];
  /** For the audit trail, e.g. `api-key:<id>` or a JWT's subject. */
  readonly actor: string;
}

/** The service an identity is meant for; one made for another service is refused. */
export const IDENTITY_AUDIENCES = ['monitoring', 'config-service', 'dispatcher'] as const;
export type IdentityAudience = (typeof IDENTITY_AUDIENCES)[number];

/** Name of the HTTP header and of the gRPC metadata key that carries the token. */
export const IDENTITY_HEADER = 'x-signalbox-identity';

/** How long a token is honoured after it was made. */
export const IDENTITY_LIFE_SECONDS = 30;

export const IDENTITY_ISSUER = 'signalbox';
