import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Client, Metadata, Server, ServerCredentials, credentials, loadPackageDefinition, status } from '@grpc/grpc-js';
import type { GrpcObject, ServiceClientConstructor, ServiceError, sendUnaryData } from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import type { ServiceDefinition } from '@grpc/proto-loader';
import { protoPath } from '@signalbox/contracts';
import { IDENTITY_HEADER, identityKeyFrom, verifyIdentity } from '@signalbox/identity';
import { protoPath as healthProtoPath } from 'grpc-health-check';
import { RunningConfigService } from '../../../testing/running-config-service.ts';
import type { MadeWebhook } from '../../../testing/running-config-service.ts';

type Message = Record<string, unknown>;

/** Of grpc.health.v1.HealthCheckResponse.ServingStatus. */
const SERVING = 1;
const OPTIONS = { keepCase: false, longs: Number, arrays: true, objects: true };

/** Counts for webhooks in monitoring's place. */
class FakeStats {
  readonly asked: { ids: readonly string[]; token: string }[] = [];
  readonly #server = new Server();

  async listen(): Promise<string> {
    const service = loadSync(protoPath('monitoring'), OPTIONS)['signalbox.monitoring.v1.Stats'] as ServiceDefinition;
    this.#server.addService(service, {
      getExecutionStats: (
        asked: { request: { webhookIds: string[] }; metadata: Metadata },
        callback: sendUnaryData<Message>,
      ) => {
        const { webhookIds } = asked.request;
        this.asked.push({ ids: webhookIds, token: String(asked.metadata.get(IDENTITY_HEADER)[0]) });
        callback(null, { stats: webhookIds.map((webhookId) => ({ webhookId, successCount: 3, requestCount: 4 })) });
      },
    });
    const port = await new Promise<number>((resolve, reject) =>
      this.#server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
        error === null ? resolve(bound) : reject(error),
      ),
    );
    return `127.0.0.1:${port}`;
  }

  close(): void {
    this.#server.forceShutdown();
  }
}

const stats = new FakeStats();
let service: RunningConfigService;
let client: Client & Record<string, unknown>;
beforeAll(async () => {
  service = await RunningConfigService.start({ monitoringGrpcUrl: await stats.listen() });
  client = clientOf(protoPath('config'), ['signalbox', 'config', 'v1', 'Webhooks']);
});
afterAll(async () => {
  client?.close();
  await service?.stop();
  stats.close();
});

function clientOf(path: string, names: readonly string[]): Client & Record<string, unknown> {
  let found: unknown = loadPackageDefinition(loadSync(path, OPTIONS));
  for (const name of names) found = (found as GrpcObject)[name];
  const Constructor = found as ServiceClientConstructor;
  return new Constructor(service.grpcUrl, credentials.createInsecure());
}

async function call(method: string, message: Message = {}, key: string | null = service.apiKey): Promise<Message> {
  const metadata = new Metadata();
  if (key !== null) metadata.set('authorization', `Bearer ${key}`);
  return new Promise((resolve, reject) => {
    const rpc = client[method] as (
      message: Message,
      metadata: Metadata,
      callback: (error: ServiceError | null, answer: Message) => void,
    ) => void;
    rpc.call(client, message, metadata, (error, answer) => (error === null ? resolve(answer) : reject(error)));
  });
}

const refusalOf = async (promise: Promise<Message>): Promise<[number | undefined, string]> => {
  const error = await promise.then(
    () => undefined,
    (refusal: unknown) => refusal as Partial<ServiceError>,
  );
  return [error?.code, String(error?.metadata?.get('error-code')[0])];
};

const config = { url: 'http://127.0.0.1:8099/hook', headers: { 'x-key': 'value' }, retries: 0 };

describe('signalbox.config.v1 over gRPC', () => {
  it('makes, reads, lists, changes, rotates and deletes the webhooks of REST', async () => {
    const made = await call('createWebhook', { name: 'over rpc', events: ['PostSignIn'], config });
    expect(made).toMatchObject({ name: 'over rpc', events: ['PostSignIn'], config, enabled: true, version: 1 });
    const id = String(made['id']);
    const rest = await service.call<MadeWebhook>('GET', `/api/hooks/${id}`);
    expect(rest.body).toMatchObject({ id, signingKey: made['signingKey'], config });

    expect(await call('getWebhook', { id })).toEqual(made);
    const listed = await call('listWebhooks', { page: 1, pageSize: 1 });
    expect(listed).toMatchObject({ webhooks: [made], total: 1 });

    const changed = await call('updateWebhook', { id, name: 'renamed', enabled: false, ifVersion: 1 });
    expect(changed).toMatchObject({ name: 'renamed', enabled: false, events: ['PostSignIn'], version: 3 });
    const rotated = await call('rotateSigningKey', { id, overlapSeconds: 0 });
    expect(rotated['signingKey']).not.toBe(made['signingKey']);
    expect(await call('deleteWebhook', { id })).toEqual({});
    expect(await refusalOf(call('getWebhook', { id }))).toEqual([status.NOT_FOUND, 'entity.not_exists_with_id']);
  });

  it('has the same rules as REST, as gRPC status', async () => {
    const made = await call('createWebhook', { events: ['PostSignIn'], config });
    const id = String(made['id']);
    const reader = await service.makeKey('default', ['webhooks:read']);
    const stranger = await service.makeKey('other', ['webhooks:read']);
    expect(await refusalOf(call('listWebhooks', {}, null))).toEqual([status.UNAUTHENTICATED, 'auth.unauthorized']);
    expect(await refusalOf(call('deleteWebhook', { id }, reader))).toEqual([
      status.PERMISSION_DENIED,
      'auth.forbidden',
    ]);
    expect((await refusalOf(call('getWebhook', { id }, stranger)))[0]).toBe(status.NOT_FOUND);
    expect(await refusalOf(call('createWebhook', { config }))).toEqual([
      status.INVALID_ARGUMENT,
      'hook.missing_events',
    ]);
    const bad = call('createWebhook', { events: ['Nonsense'], config: { ...config, retries: 9, timeoutMs: 1 } });
    await expect(bad).rejects.toThrow(/config\.retries.*config\.timeoutMs.*events\[0\]/);
    expect(await refusalOf(call('updateWebhook', { id }))).toEqual([status.INVALID_ARGUMENT, 'entity.invalid_input']);
    expect(await refusalOf(call('updateWebhook', { id, name: 'x', ifVersion: 9 }))).toEqual([
      status.FAILED_PRECONDITION,
      'entity.version_mismatch',
    ]);
    expect(await refusalOf(call('listWebhooks', { page: 0 }))).toEqual([
      status.INVALID_ARGUMENT,
      'guard.invalid_pagination',
    ]);
  });

  it('says of itself that it serves, and what, without a credential', async () => {
    const health = clientOf(healthProtoPath, ['grpc', 'health', 'v1', 'Health']);
    const check = health['check'] as (message: Message, callback: (error: unknown, answer: Message) => void) => void;
    const answer = await new Promise((resolve) =>
      check.call(health, { service: 'signalbox.config.v1.Webhooks' }, (error, said) => resolve(error ?? said)),
    );
    health.close();
    expect(answer).toMatchObject({ status: SERVING });
  });
});

describe('execution stats', () => {
  it('are asked of monitoring in the name of the caller, a hundred at a time, and shown where wanted', async () => {
    const key = await service.makeKey('counted', ['webhooks:read', 'webhooks:write']);
    const made: string[] = [];
    for (let count = 0; count < 101; count++) made.push((await service.makeWebhook({}, key)).id);
    stats.asked.length = 0;
    const list = await service.call<MadeWebhook[]>('GET', '/api/hooks?includeExecutionStats=true', { key });
    expect(list.body).toHaveLength(101);
    expect(list.body.every(({ executionStats }) => executionStats?.requestCount === 4)).toBe(true);
    expect(list.headers.get('warning')).toBeNull();
    expect(stats.asked.map(({ ids }) => ids.length)).toEqual([100, 1]);
    const identity = await verifyIdentity(identityKeyFrom(service.identityKey), stats.asked[0]?.token, 'monitoring');
    expect(identity).toMatchObject({ tenantId: 'counted' });

    const one = await service.call<MadeWebhook>('GET', `/api/hooks/${made[0]}?includeExecutionStats=true`, { key });
    expect(one.body.executionStats).toEqual({ successCount: 3, requestCount: 4 });
    const without = await service.call<MadeWebhook>('GET', `/api/hooks/${made[0]}`, { key });
    expect(without.body.executionStats).toBeUndefined();
  });
});
