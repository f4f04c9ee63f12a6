import { randomBytes } from 'node:crypto';
import type { ApiKey } from '../domain/api-key.ts';
import { hashOfApiKey, isInForce, isMadeKeyId, newApiKey } from '../domain/api-key.ts';
import type { Principal, Scope } from '../domain/principal.ts';
import type { ApiKeyVerifier } from './api-key-verifier.ts';
import type { ApiKeys } from './api-keys.port.ts';
import { BOOTSTRAP_ID } from './bootstrap-api-key.ts';

export interface ApiKeyInput {
  readonly name: string;
  readonly scopes: readonly Scope[];
  /** Unix milliseconds; absent: it does not expire. */
  readonly expiresAtMs?: number;
}

export type CreateOutcome =
  /** `secret` is the key itself, which nothing knows but this value. */
  | { readonly kind: 'created'; readonly key: ApiKey; readonly secret: string }
  | { readonly kind: 'lacks-scope'; readonly scope: Scope }
  | { readonly kind: 'too-many'; readonly max: number };

export type RevokeOutcome = 'revoked' | 'absent' | 'from-environment';

const MAX_IN_FORCE = 200;

/** The API keys of the caller's tenant. */
export class ManageApiKeys {
  readonly #keys: ApiKeys;
  readonly #verifier: Pick<ApiKeyVerifier, 'forget'>;
  readonly #now: () => number;

  constructor(keys: ApiKeys, verifier: Pick<ApiKeyVerifier, 'forget'>, now: () => number = Date.now) {
    this.#keys = keys;
    this.#verifier = verifier;
    this.#now = now;
  }

  async list({ tenantId }: Principal): Promise<readonly ApiKey[]> {
    return this.#keys.list(tenantId);
  }

  /** Nobody gives away what he does not have. */
  async create({ tenantId, scopes }: Principal, input: ApiKeyInput): Promise<CreateOutcome> {
    const lacking = input.scopes.find((scope) => !scopes.includes(scope));
    if (lacking !== undefined) return { kind: 'lacks-scope', scope: lacking };
    const nowMs = this.#now();
    const inForce = (await this.#keys.list(tenantId)).filter((key) => isInForce(key, nowMs));
    if (inForce.length >= MAX_IN_FORCE) return { kind: 'too-many', max: MAX_IN_FORCE };
    const { id, prefix, secret } = newApiKey(randomBytes);
    const key: ApiKey = {
      id,
      tenantId,
      name: input.name,
      prefix,
      hash: hashOfApiKey(secret),
      scopes: [...new Set(input.scopes)],
      createdAtMs: nowMs,
      expiresAtMs: input.expiresAtMs ?? null,
      revokedAtMs: null,
      lastUsedAtMs: null,
    };
    await this.#keys.put(key);
    return { kind: 'created', key, secret };
  }

  /** In effect at once here, within two seconds on other instances. */
  async revoke({ tenantId }: Principal, id: string): Promise<RevokeOutcome> {
    if (id === BOOTSTRAP_ID) {
      const key = (await this.#keys.list(tenantId)).find((one) => one.id === id);
      if (key === undefined) return 'absent';
      return key.revokedAtMs === null ? 'from-environment' : 'revoked';
    }
    if (!isMadeKeyId(id) || !(await this.#keys.revoke(tenantId, id, this.#now()))) return 'absent';
    this.#verifier.forget();
    return 'revoked';
  }
}
