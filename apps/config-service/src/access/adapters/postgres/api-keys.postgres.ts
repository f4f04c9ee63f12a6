import type { DataSource } from 'typeorm';
import type { ApiKeys } from '../../application/api-keys.port.ts';
import type { ApiKey } from '../../domain/api-key.ts';
import { isScope } from '../../domain/principal.ts';
import { ApiKeyEntity } from './api-key.entity.ts';

export class PostgresApiKeys implements ApiKeys {
  readonly #dataSource: DataSource;

  constructor(dataSource: DataSource) {
    this.#dataSource = dataSource;
  }

  async findByHash(hash: Buffer): Promise<ApiKey | undefined> {
    const row = await this.#dataSource.manager.findOneBy(ApiKeyEntity, { hash });
    if (row === null) return undefined;
    const { id, tenantId, name, prefix, scopes, createdAtMs, expiresAtMs, revokedAtMs } = row;
    const known = scopes.filter(isScope);
    return { id, tenantId, name, prefix, hash, scopes: known, createdAtMs, expiresAtMs, revokedAtMs };
  }

  async put(key: ApiKey): Promise<void> {
    await this.#dataSource.manager.upsert(ApiKeyEntity, { ...key }, ['id']);
  }
}
