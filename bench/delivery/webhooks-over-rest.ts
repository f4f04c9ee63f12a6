import { setTimeout as sleep } from 'node:timers/promises';
import type { Endpoint, Webhook } from './endpoints.ts';

/** How the tenants of a bench are let in. */
export interface RestApi {
  /** The part before `/api`. */
  readonly url: string;
  keyOf(tenantId: string): string;
}

/** Calls under way at once; a customer's own tools do not create webhooks faster. */
const CONCURRENCY = 8;
const ATTEMPTS = 5;

/** Creates a webhook for each endpoint, in their order. @throws Error with the answer when one is refused */
export async function postWebhooks(api: RestApi, endpoints: readonly Endpoint[]): Promise<readonly Webhook[]> {
  const webhooks: Webhook[] = [];
  await inTurns(endpoints, async ({ group, url }, index) => {
    const body = JSON.stringify({ name: `bench ${index}`, events: [group.event], config: { url } });
    const response = await call(api, 'POST', '/api/hooks', group.tenantId, body);
    const { id, signingKey } = (await response.json()) as Webhook;
    webhooks[index] = { id, signingKey };
  });
  return webhooks;
}

/** Takes them away again, from a sandbox that goes on. */
export async function deleteWebhooks(
  api: RestApi,
  endpoints: readonly Endpoint[],
  webhooks: readonly Webhook[],
): Promise<void> {
  await inTurns(endpoints, async ({ group }, index) => {
    await call(api, 'DELETE', `/api/hooks/${webhooks[index]?.id}`, group.tenantId);
  });
}

async function inTurns<T>(items: readonly T[], work: (item: T, index: number) => Promise<void>): Promise<void> {
  const entries = items.entries();
  const worker = async (): Promise<void> => {
    for (const [index, item] of entries) await work(item, index);
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, worker));
}

async function call(api: RestApi, method: string, path: string, tenantId: string, body?: string): Promise<Response> {
  for (let attempt = 1; ; attempt++) {
    const response = await fetch(`${api.url}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${api.keyOf(tenantId)}`,
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body }),
      signal: AbortSignal.timeout(10_000),
    });
    if (response.ok) return response;
    const isPassing = response.status === 429 || response.status === 503;
    if (!isPassing || attempt === ATTEMPTS) {
      throw new Error(`${method} ${path} answered ${response.status}: ${(await response.text()).slice(0, 300)}`);
    }
    await sleep(Number(response.headers.get('retry-after') ?? 1) * 1_000);
  }
}
