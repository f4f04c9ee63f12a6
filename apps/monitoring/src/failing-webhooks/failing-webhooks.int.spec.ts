import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ServiceError } from '@grpc/grpc-js';
import { Client, Metadata, credentials, status } from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import type { MethodDefinition } from '@grpc/proto-loader';
import { protoPath } from '@signalbox/contracts';
import { IDENTITY_HEADER } from '@signalbox/identity';
import { startMonitoring } from '../testing/running-monitoring.ts';
import type { RunningMonitoring } from '../testing/running-monitoring.ts';

const { ListFailingWebhooks: method } = loadSync(protoPath('monitoring'), { longs: Number, defaults: true })[
  'signalbox.monitoring.v1.FailingWebhooks'
] as { readonly ListFailingWebhooks: MethodDefinition<object, object> };

let monitoring: RunningMonitoring;
let client: Client;
beforeAll(async () => {
  monitoring = await startMonitoring();
  client = new Client(monitoring.grpcUrl, credentials.createInsecure());
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
  const metadata = new Metadata();
  if (token !== undefined) metadata.set(IDENTITY_HEADER, token);
  const { path, requestSerialize, responseDeserialize } = method;
  return new Promise((resolve) => {
    const answer = (error: ServiceError | null, value: unknown): void =>
      resolve(error === null ? value : status[error.code]);
    const request = { webhooks, spanMs: 1, minFailures: 10 };
    client.makeUnaryRequest(path, requestSerialize, responseDeserialize, request, metadata, answer);
  });
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
