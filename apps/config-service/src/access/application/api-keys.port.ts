import type { ApiKey } from '../domain/api-key.ts';

export interface ApiKeys {
  findByHash(hash: Buffer): Promise<ApiKey | undefined>;
  /** Writes the key, over one of the same id. */
  put(key: ApiKey): Promise<void>;
}
