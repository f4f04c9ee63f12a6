import { inTransaction, rowsOf } from '@signalbox/postgres';
import type { DataSource } from 'typeorm';
import type { ApiKeys } from '../../application/api-keys.port.ts';
import type { ApiKey } from '../../domain/api-key.ts';
import { isScope } from '../../domain/principal.ts';
import { ApiKeyEntity } from './api-key.entity.ts';

const MAX_LISTED = 1_000;

export class PostgresApiKeys implements ApiKeys {
  readonly #dataSource: DataSource;

  constructor(dataSource: DataSource) {
    this.#dataSource = dataSource;
  }

  async findByHash(hash: Buffer): Promise<ApiKey | undefined> {
    const row = await this.#dataSource.manager.findOneBy(ApiKeyEntity, { hash });
    return row === null ? undefined : keyOf(row);
  }

  async put({ lastUsedAtMs: _, ...key }: ApiKey): Promise<void> {
    await inTransaction(this.#dataSource, async (manager) => manager.upsert(ApiKeyEntity, key, ['id']));
  }

  async list(tenantId: string): Promise<readonly ApiKey[]> {
    const rows = await this.#dataSource.manager.find(ApiKeyEntity, {
      where: { tenantId },
      order: { createdAtMs: 'DESC', id: 'ASC' },
      take: MAX_LISTED,
    });
    return rows.map(keyOf);
  }

  async revoke(tenantId: string, id: string, nowMs: number): Promise<boolean> {
    const rows = await rowsOf(
      this.#dataSource,
      `UPDATE api_key SET revoked_at_ms = coalesce(revoked_at_ms, $3) WHERE tenant_id = $1 AND id = $2 RETURNING id`,
      [tenantId, id, nowMs],
    );
    return rows.length > 0;
  }

  async markUsed(lastUsedAtMs: ReadonlyMap<string, number>): Promise<void> {
    await rowsOf(
      this.#dataSource,
      `UPDATE api_key SET last_used_at_ms = greatest(last_used_at_ms, used.at_ms)
       FROM unnest($1::text[], $2::bigint[]) AS used (id, at_ms) WHERE api_key.id = used.id`,
      [[...lastUsedAtMs.keys()], [...lastUsedAtMs.values()]],
    );
  }
}

function keyOf({ scopes, ...row }: ApiKeyEntity): ApiKey {
  return { ...row, scopes: scopes.filter(isScope) };
}
