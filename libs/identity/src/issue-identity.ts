import { SignJWT } from 'jose';
import type { Identity, IdentityAudience } from './identity.ts';
import { IDENTITY_ISSUER, IDENTITY_LIFE_SECONDS } from './identity.ts';
import type { IdentityKey } from './identity-key.ts';

/** A token is handed out again for this long, so that it always has two thirds of its life left on arrival. */
const REUSE_MS = 10_000;
const MAX_CACHED = 1_000;

interface Issued {
  readonly token: Promise<string>;
  readonly reuseUntilMs: number;
}

const issuedByKey = new WeakMap<IdentityKey, Map<string, Issued>>();

/** A token for `audience`, valid for 30 s. Cheap enough to ask for with every call: the last one is reused for 10 s. */
export async function issueIdentity(
  key: IdentityKey,
  identity: Identity,
  audience: IdentityAudience,
  nowMs: number = Date.now(),
): Promise<string> {
  let issued = issuedByKey.get(key);
  if (issued === undefined) {
    issued = new Map<string, Issued>();
    issuedByKey.set(key, issued);
  }
  // JSON, because a joined text would let one tenant's name run into another's scopes.
  const cacheKey = JSON.stringify([audience, identity.tenantId, identity.actor, identity.scopes]);
  const known = issued.get(cacheKey);
  if (known !== undefined && nowMs < known.reuseUntilMs && nowMs >= known.reuseUntilMs - REUSE_MS) return known.token;
  if (issued.size >= MAX_CACHED) issued.clear();
  const token = sign(key, identity, audience, Math.floor(nowMs / 1000));
  issued.set(cacheKey, { token, reuseUntilMs: nowMs + REUSE_MS });
  return token;
}

async function sign(key: IdentityKey, identity: Identity, audience: IdentityAudience, nowS: number): Promise<string> {
  return new SignJWT({ tenant: identity.tenantId, scopes: [...identity.scopes] })
    .setProtectedHeader({ alg: 'HS256' })
    .setIssuer(IDENTITY_ISSUER)
    .setAudience(audience)
    .setSubject(identity.actor)
    .setIssuedAt(nowS)
    .setExpirationTime(nowS + IDENTITY_LIFE_SECONDS)
    .sign(key);
}
