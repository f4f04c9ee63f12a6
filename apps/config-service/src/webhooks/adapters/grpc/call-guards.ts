import type { Metadata } from '@grpc/grpc-js';
import { IDENTITY_HEADER, isRefused, verifyIdentity } from '@signalbox/identity';
import type { IdentityKey } from '@signalbox/identity';
import type { Logger } from '@signalbox/observability';
import type { Authenticator, Scope } from '../../../access/access.ts';
import { admit, requireScope } from '../../../access/access.ts';
import { SignalboxError } from '../../../errors/signalbox-error.ts';
import type { CallGuard } from './unary.ts';

/** For callers of the API: the credential is metadata `authorization`, and it must have the scope. */
export function withScope(authenticator: Authenticator, scope: Scope): CallGuard {
  return async (call) => {
    const principal = await admit(authenticator, {
      authorization: textOf(call.metadata, 'authorization'),
      developmentUserId: textOf(call.metadata, 'development-user-id'),
      origin: { peer: call.getPeer(), forwardedFor: call.metadata.get('x-forwarded-for').join(',') },
    });
    requireScope(principal, scope);
    return principal;
  };
}

/** For our own services alone: an identity made for this one. No credential of the API opens it. */
export function withIdentity(identityKey: IdentityKey, logger: Logger): CallGuard {
  return async ({ metadata }) => {
    const identity = await verifyIdentity(identityKey, textOf(metadata, IDENTITY_HEADER), 'config-service');
    if (!isRefused(identity)) return { tenantId: identity.tenantId, actor: identity.actor, scopes: [] };
    logger.warn({ refused: identity.refused, reason: identity.reason }, 'identity.refused');
    throw new SignalboxError(
      'auth.unauthorized',
      'This is for internal services: a valid internal identity is required',
    );
  };
}

function textOf(metadata: Metadata, name: string): string | undefined {
  const [value] = metadata.get(name);
  return typeof value === 'string' ? value : undefined;
}
