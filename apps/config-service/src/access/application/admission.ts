import { LRUCache } from 'lru-cache';
import type { Authentication, Authenticator, PresentedCredential } from '../authenticator.port.ts';
import { bearerTokenOf, hashOfApiKey } from '../domain/api-key.ts';
import { developmentPrincipalOf } from '../domain/development-principal.ts';
import type { Principal } from '../domain/principal.ts';
import type { CredentialVerifier } from './credential-verifier.ts';
import type { KeyedLimiter } from './keyed-limiter.ts';

export interface AdmissionOptions {
  readonly apiKeys: CredentialVerifier;
  /** Absent: no JWT is taken. */
  readonly jwts?: CredentialVerifier | undefined;
  /** Calls of each credential. */
  readonly calls: KeyedLimiter;
  /** Failed tries of each address. */
  readonly failures: KeyedLimiter;
  /** Takes `development-user-id` for a credential with every scope. */
  readonly isDevelopment: boolean;
  readonly now?: () => number;
}

const MAX_REMEMBERED = 10_000;
const COMPACT_JWS = /^eyJ[\w-]+\.[\w-]+\.[\w-]*$/;

/** Lets calls in by their credential, within the rates. */
export class Admission implements Authenticator {
  readonly #options: AdmissionOptions;
  readonly #now: () => number;
  /** Hashes of credentials that were good: they are still looked at when their address has had too many failures. */
  readonly #good = new LRUCache<string, true>({ max: MAX_REMEMBERED });

  constructor(options: AdmissionOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
  }

  async authenticate(presented: PresentedCredential): Promise<Authentication> {
    const token = bearerTokenOf(presented.authorization);
    if (token !== undefined) return this.#byToken(token, presented.address);
    const { isDevelopment } = this.#options;
    const principal =
      isDevelopment && presented.authorization === undefined
        ? developmentPrincipalOf(presented.developmentUserId)
        : undefined;
    return principal === undefined ? { kind: 'refused' } : this.#admit(principal);
  }

  async #byToken(token: string, address: string): Promise<Authentication> {
    const { failures } = this.#options;
    const hash = hashOfApiKey(token).toString('base64');
    // Whoever tries keys is not answered from the database for ever, and shuts nobody else out who shares his address.
    if (!this.#good.has(hash)) {
      const allowed = failures.look(address, this.#now());
      if (allowed.kind === 'exceeded') return { kind: 'limited', what: 'failures', retryAfterMs: allowed.retryAfterMs };
    }
    const principal = await this.#verify(token);
    if (principal !== undefined) {
      this.#good.set(hash, true);
      return this.#admit(principal);
    }
    this.#good.delete(hash);
    failures.take(address, this.#now());
    return { kind: 'refused' };
  }

  async #verify(token: string): Promise<Principal | undefined> {
    const { apiKeys, jwts } = this.#options;
    const verifier = jwts !== undefined && COMPACT_JWS.test(token) ? jwts : apiKeys;
    return verifier.verify(token, this.#now());
  }

  #admit(principal: Principal): Authentication {
    const taken = this.#options.calls.take(JSON.stringify([principal.tenantId, principal.actor]), this.#now());
    if (taken.kind === 'exceeded') return { kind: 'limited', what: 'calls', retryAfterMs: taken.retryAfterMs };
    return { kind: 'admitted', principal };
  }
}
