import type { Principal } from './principal.ts';
import { SCOPES } from './principal.ts';
import { isSubject } from './subject.ts';

/** contract.md section 5: who `development-user-id: <any>` is in development mode. */
export function developmentPrincipalOf(userId: string | undefined): Principal | undefined {
  if (userId === undefined || !isSubject(userId)) return undefined;
  return { tenantId: 'default', actor: `development-user:${userId}`, scopes: SCOPES };
}
