import { LRUCache } from 'lru-cache';
import type { ApiKey } from '../domain/api-key.ts';
import { hashOfApiKey, principalOf } from '../domain/api-key.ts';
import type { Principal } from '../domain/principal.ts';
import type { ApiKeys } from './api-keys.port.ts';
import type { CredentialVerifier } from './credential-verifier.ts';
import type { KeyUsage } from './key-usage.ts';

/** How long a key that was revoked by another instance may still be taken. */
const CACHE_MS = 2_000;
const MAX_CACHED = 10_000;

interface Cached {
  readonly key: ApiKey;
  readonly untilMs: number;
}

/** Knows API keys. Known ones are remembered for 2 s; unknown ones are not, or guessing would fill the memory. */
export class ApiKeyVerifier implements CredentialVerifier {
  readonly #keys: ApiKeys;
  readonly #usage: Pick<KeyUsage, 'note'>;
  readonly #cache = new LRUCache<string, Cached>({ max: MAX_CACHED });

  constructor(keys: ApiKeys, usage: Pick<KeyUsage, 'note'>) {
    this.#keys = keys;
    this.#usage = usage;
  }

  async verify(token: string, nowMs: number): Promise<Principal | undefined> {
    const key = await this.#find(hashOfApiKey(token), nowMs);
    const principal = key === undefined ? undefined : principalOf(key, nowMs);
    if (key !== undefined && principal !== undefined) this.#usage.note(key.id, nowMs);
    return principal;
  }

  /** What another part of this process changed about keys is in effect at once. */
  forget(): void {
    this.#cache.clear();
  }

  async #find(hash: Buffer, nowMs: number): Promise<ApiKey | undefined> {
    const cacheKey = hash.toString('base64');
    const cached = this.#cache.get(cacheKey);
    if (cached !== undefined && cached.untilMs > nowMs) return cached.key;
    const key = await this.#keys.findByHash(hash);
    if (key === undefined) this.#cache.delete(cacheKey);
    else this.#cache.set(cacheKey, { key, untilMs: nowMs + CACHE_MS });
    return key;
  }
}
