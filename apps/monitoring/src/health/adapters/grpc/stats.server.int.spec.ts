import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { identityKeyFrom, issueIdentity } from '@signalbox/identity';
import { createLogger } from '@signalbox/observability';
import { randomBytes } from 'node:crypto';
import { RpcClient } from '../../../testing/rpc-client.ts';
import { StatsServer } from './stats.server.ts';

const identityKey = identityKeyFrom(randomBytes(32).toString('base64'));
const counted = { webhookId: 'w', successCount: 2, failureCount: 1, requestCount: 3 };
let isBuiltAnew = false;
let server: StatsServer;
let client: RpcClient;
beforeAll(async () => {
  server = new StatsServer({
    host: '127.0.0.1',
    port: 0,
    identityKey,
    counts: {
      executionStats: () => Promise.resolve([counted]),
      totals: () => Promise.reject(new Error('not asked for')),
      minutes: () => Promise.reject(new Error('not asked for')),
      isForeign: () => Promise.resolve(false),
    },
    isBuiltAnew: () => Promise.resolve(isBuiltAnew),
    further: [],
    logger: createLogger({ service: 'test', level: 'fatal' }),
  });
  client = new RpcClient(await server.start(), 'Stats');
});
afterAll(async () => {
  client?.close();
  await server?.stop();
});

async function stats(): Promise<unknown> {
  const caller = { tenantId: 'default', scopes: ['webhooks:read'], actor: 'test' };
  const token = await issueIdentity(identityKey, caller, 'monitoring', Date.now());
  return client.call('GetExecutionStats', { webhookIds: ['w'] }, token);
}

it('counts are not told while they are built anew, as nobody could tell that most are missing', async () => {
  expect(await stats()).toEqual({ stats: [expect.objectContaining(counted)] });
  isBuiltAnew = true;
  await expect(stats()).rejects.toMatchObject({ status: 'UNAVAILABLE' });
  isBuiltAnew = false;
  expect(await stats()).toMatchObject({ stats: [counted] });
});
