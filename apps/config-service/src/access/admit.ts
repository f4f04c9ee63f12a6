import { SignalboxError } from '../errors/signalbox-error.ts';
import type { Authenticator, PresentedCredential } from './authenticator.port.ts';
import type { Principal } from './domain/principal.ts';

/**
 * Who calls, or the error that answers the call.
 *
 * @throws SignalboxError `auth.unauthorized`, `guard.rate_limited`
 */
export async function admit(authenticator: Authenticator, presented: PresentedCredential): Promise<Principal> {
  const result = await authenticator.authenticate(presented);
  switch (result.kind) {
    case 'admitted':
      return result.principal;
    case 'refused':
      throw new SignalboxError(
        'auth.unauthorized',
        'A valid credential is needed: Authorization: Bearer <API key or JWT>',
      );
    case 'limited':
      throw new SignalboxError('guard.rate_limited', LIMITED[result.what], {
        retryAfterSeconds: Math.max(1, Math.ceil(result.retryAfterMs / 1_000)),
      });
  }
}

const LIMITED = {
  calls: 'Too many calls with this credential; Retry-After says when the next one is taken',
  failures: 'Too many calls from this address had no valid credential; Retry-After says when the next one is looked at',
} as const;
