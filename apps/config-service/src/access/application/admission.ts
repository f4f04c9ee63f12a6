import { LRUCache } from 'lru-cache';
import type { Authentication, Authenticator, PresentedCredential } from '../authenticator.port.ts';
import { bearerTokenOf, hashOfApiKey } from '../domain/api-key.ts';
import { developmentPrincipalOf } from '../domain/development-principal.ts';
import type { Principal } from '../domain/principal.ts';
import type { CredentialVerifier } from './credential-verifier.ts';
import { callerAddressOf } from './caller-address.ts';
import type { CallOrigin } from './caller-address.ts';
import type { TrustedProxies } from './trusted-proxies.ts';
import { KeyedLimiter } from './keyed-limiter.ts';

export interface AdmissionOptions {
  readonly apiKeys: CredentialVerifier;
  /** Absent: no JWT is taken. */
  readonly jwts?: CredentialVerifier | undefined;
  /** Calls of each credential. */
  readonly calls: KeyedLimiter;
  /** Failed tries of each address. */
  readonly failures: KeyedLimiter;
  readonly trustedProxies: TrustedProxies;
  /** Takes `development-user-id` for a credential with every scope. */
  readonly isDevelopment: boolean;
  readonly now?: () => number;
}

const MAX_REMEMBERED = 10_000;
const ALL = 'all';
const COMPACT_JWS = /^eyJ[\w-]+\.[\w-]+\.[\w-]*$/;

/** Lets calls in by their credential, within the rates. */
export class Admission implements Authenticator {
  readonly #options: AdmissionOptions;
  readonly #now: () => number;
  /** Hashes of credentials that were good: they are still looked at when their address has had too many failures. */
  readonly #good = new LRUCache<string, true>({ max: MAX_REMEMBERED });

  readonly #strangers = new KeyedLimiter({ burst: 50, intervalMs: 20 });
  readonly #eachStranger = new KeyedLimiter({ burst: 1, intervalMs: 60_000 });

  constructor(options: AdmissionOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
  }

  async authenticate(presented: PresentedCredential): Promise<Authentication> {
    const token = bearerTokenOf(presented.authorization);
    if (token !== undefined) return this.#byToken(token, presented.origin);
    const principal = this.#developer(presented);
    return principal === undefined ? { kind: 'refused' } : this.#admit(principal);
  }

  async stillCounts(presented: PresentedCredential): Promise<boolean> {
    const token = bearerTokenOf(presented.authorization);
    const principal = token === undefined ? this.#developer(presented) : await this.#verify(token);
    return principal !== undefined;
  }

  #developer({ authorization, developmentUserId }: PresentedCredential): Principal | undefined {
    const isTaken = this.#options.isDevelopment && authorization === undefined;
    return isTaken ? developmentPrincipalOf(developmentUserId) : undefined;
  }

  async #byToken(token: string, origin: CallOrigin): Promise<Authentication> {
    const { failures, trustedProxies } = this.#options;
    const address = callerAddressOf(origin, trustedProxies);
    const hash = hashOfApiKey(token).toString('base64');
    // Whoever tries keys is not answered from the database for ever, and shuts nobody else out who shares his address.
    const limited = this.#good.has(hash) ? undefined : this.#limitOf(address);
    if (limited !== undefined && !this.#mayBeLookedAt(hash)) return limited;
    const principal = await this.#verify(token);
    if (principal !== undefined) {
      this.#good.set(hash, true);
      return this.#admit(principal);
    }
    this.#good.delete(hash);
    failures.take(address, this.#now());
    return limited ?? { kind: 'refused' };
  }

  #limitOf(address: string): Authentication | undefined {
    const allowed = this.#options.failures.look(address, this.#now());
    if (allowed.kind === 'taken') return undefined;
    return { kind: 'limited', what: 'failures', retryAfterMs: allowed.retryAfterMs };
  }

  /**
   * Of an address with too many failures: a credential nobody has shown lately is looked at all the same, for it may be of
   * a new caller behind the same proxy. Once a minute each and few a second in all, so that guessing costs us little.
   */
  #mayBeLookedAt(hash: string): boolean {
    const nowMs = this.#now();
    if (this.#strangers.look(ALL, nowMs).kind === 'exceeded') return false;
    if (this.#eachStranger.take(hash, nowMs).kind === 'exceeded') return false;
    return this.#strangers.take(ALL, nowMs).kind === 'taken';
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
