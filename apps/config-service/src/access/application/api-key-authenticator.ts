import type { Authenticator } from '../authenticator.port.ts';
import type { ApiKey } from '../domain/api-key.ts';
import { bearerTokenOf, hashOfApiKey, principalOf } from '../domain/api-key.ts';
import type { Principal } from '../domain/principal.ts';
import type { ApiKeys } from './api-keys.port.ts';

/** How long a key that was revoked by another instance may still be taken. */
const CACHE_MS = 2_000;
const MAX_CACHED = 10_000;

interface Cached {
  readonly key: ApiKey;
  readonly untilMs: number;
}

/** Authenticates API keys. Known ones are remembered for 2 s; unknown ones are not, or guessing would fill the memory. */
export class ApiKeyAuthenticator implements Authenticator {
  readonly #keys: ApiKeys;
  readonly #now: () => number;
  readonly #cache = new Map<string, Cached>();

  constructor(keys: ApiKeys, now: () => number = Date.now) {
    this.#keys = keys;
    this.#now = now;
  }

  async authenticate(authorization: string | undefined): Promise<Principal | undefined> {
    const token = bearerTokenOf(authorization);
    if (token === undefined) return undefined;
    const nowMs = this.#now();
    const hash = hashOfApiKey(token);
    const cacheKey = hash.toString('base64');
    const cached = this.#cache.get(cacheKey);
    if (cached !== undefined && cached.untilMs > nowMs) return principalOf(cached.key, nowMs);
    const key = await this.#keys.findByHash(hash);
    if (key === undefined) {
      this.#cache.delete(cacheKey);
      return undefined;
    }
    if (this.#cache.size >= MAX_CACHED) this.#cache.clear();
    this.#cache.set(cacheKey, { key, untilMs: nowMs + CACHE_MS });
    return principalOf(key, nowMs);
  }
}
