import type { ApiKey } from '../domain/api-key.ts';

/** The keys of all tenants, as they are kept. */
export interface ApiKeys {
  findByHash(hash: Buffer): Promise<ApiKey | undefined>;
  /** Writes the key, over one of the same id. */
  put(key: ApiKey): Promise<void>;
  /** Of the tenant, newest first, 1,000 at most. */
  list(tenantId: string): Promise<readonly ApiKey[]>;
  /** Marks it as revoked unless it is already. Whether the tenant has it. */
  revoke(tenantId: string, id: string, nowMs: number): Promise<boolean>;
  /** Unix milliseconds by key id; an earlier time than the one that is kept changes nothing. */
  markUsed(lastUsedAtMs: ReadonlyMap<string, number>): Promise<void>;
}
