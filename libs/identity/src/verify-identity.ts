import { errors, jwtVerify } from 'jose';
import type { Identity, IdentityAudience } from './identity.ts';
import { IDENTITY_ISSUER, IDENTITY_LIFE_SECONDS } from './identity.ts';
import type { IdentityKey } from './identity-key.ts';

/** `reason` is for our log, not for the caller: all of them are the same 401 to it. */
export interface IdentityRefusal {
  readonly refused: 'missing' | 'expired' | 'wrong-audience' | 'forged' | 'malformed';
  readonly reason: string;
}

/** Clocks of two machines may differ by this much. */
const CLOCK_TOLERANCE_SECONDS = 5;

/** The identity a token carries, or why it is refused. Throws never. */
export async function verifyIdentity(
  key: IdentityKey,
  token: string | undefined,
  audience: IdentityAudience,
  nowMs: number = Date.now(),
): Promise<Identity | IdentityRefusal> {
  if (token === undefined || token === '') return { refused: 'missing', reason: 'no identity was sent' };
  try {
    const { payload } = await jwtVerify(token, key, {
      // Without the list a token could name its own algorithm, `none` among them.
      algorithms: ['HS256'],
      issuer: IDENTITY_ISSUER,
      audience,
      clockTolerance: CLOCK_TOLERANCE_SECONDS,
      maxTokenAge: IDENTITY_LIFE_SECONDS,
      requiredClaims: ['exp', 'iat', 'sub'],
      currentDate: new Date(nowMs),
    });
    const { tenant, scopes, sub } = payload as { tenant?: unknown; scopes?: unknown; sub?: unknown };
    if (typeof tenant !== 'string' || tenant === '' || typeof sub !== 'string' || !isTexts(scopes)) {
      return { refused: 'malformed', reason: 'tenant, scopes and sub must be there' };
    }
    return { tenantId: tenant, scopes, actor: sub };
  } catch (error) {
    return refusalOf(error);
  }
}

export function isRefused(result: Identity | IdentityRefusal): result is IdentityRefusal {
  return 'refused' in result;
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

function refusalOf(error: unknown): IdentityRefusal {
  const reason = error instanceof Error ? error.message : String(error);
  if (error instanceof errors.JWTExpired) return { refused: 'expired', reason };
  if (error instanceof errors.JWTClaimValidationFailed) {
    return { refused: error.claim === 'aud' ? 'wrong-audience' : 'malformed', reason };
  }
  if (error instanceof errors.JWSSignatureVerificationFailed || error instanceof errors.JOSEAlgNotAllowed) {
    return { refused: 'forged', reason };
  }
  return { refused: 'malformed', reason };
}
