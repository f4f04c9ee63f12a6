import { SignalboxError } from '../errors/signalbox-error.ts';
import type { Principal, Scope } from './domain/principal.ts';

/** @throws SignalboxError `auth.forbidden` naming the scope that is missing. */
export function requireScope(principal: Principal, scope: Scope): void {
  if (principal.scopes.includes(scope)) return;
  throw missingScope(scope);
}

export function missingScope(scope: Scope): SignalboxError {
  return new SignalboxError('auth.forbidden', `The credential lacks the scope ${scope}`, { data: { scope } });
}

/** @throws SignalboxError `auth.unauthorized` */
export function requirePrincipal(principal: Principal | undefined): Principal {
  if (principal !== undefined) return principal;
  throw new SignalboxError('auth.unauthorized', 'A valid credential is needed: Authorization: Bearer <API key>');
}
