import { hashOfApiKey, prefixOfApiKey } from '../domain/api-key.ts';
import { SCOPES } from '../domain/principal.ts';
import type { ApiKeys } from './api-keys.port.ts';

export const BOOTSTRAP_ID = 'bootstrap';
const BOOTSTRAP_TENANT = 'default';

/**
 * Makes the key of the environment usable: every scope, tenant `default`. Another one takes the place of the last, and
 * where there is none any more the last is revoked.
 */
export async function bootstrapApiKey(keys: ApiKeys, key: string | undefined, nowMs: number): Promise<void> {
  if (key === undefined) {
    await keys.revoke(BOOTSTRAP_TENANT, BOOTSTRAP_ID, nowMs);
    return;
  }
  await keys.put({
    id: BOOTSTRAP_ID,
    tenantId: BOOTSTRAP_TENANT,
    name: 'From the environment (BOOTSTRAP_API_KEY)',
    prefix: prefixOfApiKey(key),
    hash: hashOfApiKey(key),
    scopes: SCOPES,
    createdAtMs: nowMs,
    expiresAtMs: null,
    revokedAtMs: null,
    lastUsedAtMs: null,
  });
}
