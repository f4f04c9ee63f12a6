import { createHash, randomBytes } from 'node:crypto';
import { Client } from 'pg';

const SCOPES = ['webhooks:read', 'webhooks:write'];

/** API keys of tenants, by tenant. */
export interface TenantKeys {
  readonly keys: ReadonlyMap<string, string>;
  /** Makes them useless again. */
  remove(): Promise<void>;
}

/**
 * Lets tenants in for half a day, straight into the table: the only key there is from the start belongs to the tenant
 * `default`, and there are too few kinds of events to give each of a hundred webhooks of one tenant events of its own.
 */
export async function makeTenantKeys(databaseUrl: string, tenantIds: readonly string[]): Promise<TenantKeys> {
  const keys = new Map(tenantIds.map((tenantId) => [tenantId, randomBytes(24).toString('base64url')]));
  const ids = new Map(tenantIds.map((tenantId) => [tenantId, `bench-${randomBytes(8).toString('hex')}`]));
  const nowMs = Date.now();
  await withClient(databaseUrl, async (client) => {
    for (const [tenantId, key] of keys) {
      const hash = createHash('sha256').update(key).digest();
      await client.query(
        `INSERT INTO config.api_key (id, tenant_id, name, prefix, hash, scopes, created_at_ms, expires_at_ms)
         VALUES ($1, $2, 'bench', $3, $4, $5, $6, $7)`,
        [ids.get(tenantId), tenantId, key.slice(0, 8), hash, SCOPES, nowMs, nowMs + 43_200_000],
      );
    }
  });
  return {
    keys,
    remove: () =>
      withClient(databaseUrl, async (client) => {
        await client.query('DELETE FROM config.api_key WHERE id = ANY($1)', [[...ids.values()]]);
      }),
  };
}

async function withClient(databaseUrl: string, work: (client: Client) => Promise<void>): Promise<void> {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}
