import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { RpcClient, RpcRefusal } from '../testing/rpc-client.ts';
import { startMonitoring } from '../testing/running-monitoring.ts';
import type { RunningMonitoring } from '../testing/running-monitoring.ts';

let monitoring: RunningMonitoring;
let client: RpcClient;
beforeAll(async () => {
  monitoring = await startMonitoring();
  client = new RpcClient(monitoring.grpcUrl, 'FailingWebhooks');
});
afterAll(async () => {
  client?.close();
  await monitoring?.stop();
});

/** The answer, or the name of the status it was refused with. */
async function call(count: number, token?: string): Promise<unknown> {
  const webhooks = Array.from({ length: count }, (_, index) => ({
    webhookId: `w${index}`,
    sinceMs: 1,
    failingSinceMs: 1,
  }));
  try {
    return await client.call('ListFailingWebhooks', { webhooks, spanMs: 1, minFailures: 10 }, token);
  } catch (error) {
    if (error instanceof RpcRefusal) return error.status;
    throw error;
  }
}

describe('signalbox.monitoring.v1.FailingWebhooks', () => {
  it('answers who carries an identity for monitoring, of 500 webhooks at most', async () => {
    expect(await call(1)).toBe('UNAUTHENTICATED');
    expect(await call(1, await monitoring.identity({}, 'dispatcher'))).toBe('UNAUTHENTICATED');
    const token = await monitoring.identity({ actor: 'system', scopes: [] });
    expect(await call(500, token)).toEqual({ failing: [], recoveredWebhookIds: [] });
    expect(await call(501, token)).toBe('INVALID_ARGUMENT');
  });
});
