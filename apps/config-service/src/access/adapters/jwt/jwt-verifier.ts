import { errors, jwtVerify } from 'jose';
import type { JWTPayload } from 'jose';
import type { CredentialVerifier } from '../../application/credential-verifier.ts';
import type { Principal, Scope } from '../../domain/principal.ts';
import { isScope } from '../../domain/principal.ts';
import { isSubject } from '../../domain/subject.ts';
import type { PublishedKeys } from './published-keys.ts';
import { KeysUnavailable } from './published-keys.ts';

export interface JwtVerifierOptions {
  readonly keys: Pick<PublishedKeys, 'keyFor'>;
  readonly issuer: string;
  /** A token must name one of them. */
  readonly audiences: readonly string[];
  /** Asymmetric ones only. */
  readonly algorithms: readonly string[];
  /** The claim that names the tenant. */
  readonly tenantClaim: string;
  readonly clockSkewSeconds: number;
  /** For the log; the caller is told no reason. An error that is not of jose is a key of the set that cannot be used. */
  readonly onRefused: (reason: unknown) => void;
}

/** Knows the access tokens of one issuer: JWTs (RFC 7519, RFC 9068) signed with a key of its JWKS. */
export class JwtVerifier implements CredentialVerifier {
  readonly #options: JwtVerifierOptions;

  constructor(options: JwtVerifierOptions) {
    this.#options = options;
  }

  async verify(token: string, nowMs: number): Promise<Principal | undefined> {
    const { keys, issuer, audiences, algorithms, clockSkewSeconds, onRefused } = this.#options;
    try {
      const { payload } = await jwtVerify(token, keys.keyFor, {
        issuer,
        audience: [...audiences],
        // Pinned: a token must not choose `none`, nor have a public key taken for an HMAC secret.
        algorithms: [...algorithms],
        clockTolerance: clockSkewSeconds,
        requiredClaims: ['exp', 'sub'],
        currentDate: new Date(nowMs),
      });
      const principal = this.#principalOf(payload);
      if (principal === undefined) onRefused(new errors.JWTInvalid('names no tenant or no subject that can be kept'));
      return principal;
    } catch (error) {
      if (error instanceof KeysUnavailable) throw error;
      onRefused(error);
      return undefined;
    }
  }

  #principalOf(payload: JWTPayload): Principal | undefined {
    const { sub } = payload;
    const tenantId = payload[this.#options.tenantClaim];
    if (!isSubject(tenantId) || !isSubject(sub)) return undefined;
    return { tenantId, actor: `jwt:${sub}`, scopes: scopesOf(payload['scope']) };
  }
}

/** Of a text separated by spaces (RFC 8693, section 4.2) or a list; what is no scope of ours means nothing here. */
function scopesOf(claim: unknown): readonly Scope[] {
  const names: readonly unknown[] = typeof claim === 'string' ? claim.split(' ') : Array.isArray(claim) ? claim : [];
  const texts = names.filter((name) => typeof name === 'string');
  return [...new Set(texts.filter(isScope))];
}
