import type { Endpoint, Webhook } from './endpoints.ts';
import type { System } from './system.ts';
import { makeTenantKeys } from './tenant-keys.ts';
import { appendWebhooks } from './webhooks-on-the-log.ts';
import { deleteWebhooks, postWebhooks } from './webhooks-over-rest.ts';

export interface CreatedWebhooks {
  /** One for each endpoint, in their order. */
  readonly webhooks: readonly Webhook[];
  remove(): Promise<void>;
}

/** Over REST, as customers do it; on the log where config-service does not run. */
export async function createWebhooks(
  system: System,
  endpoints: readonly Endpoint[],
  onLine: (line: string) => void,
): Promise<CreatedWebhooks> {
  const { api, keyring } = system;
  if (api === undefined) {
    if (keyring === undefined)
      throw new Error('config-service does not run, and the keyring of this sandbox is unknown');
    onLine(`putting ${endpoints.length} webhooks on the log`);
    return { webhooks: await appendWebhooks(system, keyring, endpoints), remove: () => Promise.resolve() };
  }
  const tenantIds = new Set(endpoints.map(({ group }) => group.tenantId));
  const tenants = await makeTenantKeys(api.databaseUrl, [...tenantIds]);
  const rest = { url: api.url, keyOf: (tenantId: string) => tenants.keys.get(tenantId) ?? '' };
  onLine(`creating ${endpoints.length} webhooks of ${tenantIds.size} tenants over REST`);
  const webhooks = await postWebhooks(rest, endpoints);
  return {
    webhooks,
    async remove() {
      await deleteWebhooks(rest, endpoints, webhooks);
      await tenants.remove();
    },
  };
}
