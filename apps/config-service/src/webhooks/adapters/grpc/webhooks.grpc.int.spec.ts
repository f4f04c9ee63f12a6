import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { identityKeyFrom, verifyIdentity } from '@signalbox/identity';
import { rowsOf } from '@signalbox/postgres';
import { waitFor } from '@signalbox/testing';
import { protoPath as healthProtoPath } from 'grpc-health-check';
import { FakeGrpcServer } from '../../../testing/fake-grpc-server.ts';
import { GrpcCaller } from '../../../testing/grpc-caller.ts';
import type { Message, RpcOptions } from '../../../testing/grpc-caller.ts';
import { RunningConfigService } from '../../../testing/running-config-service.ts';
import type { MadeWebhook } from '../../../testing/running-config-service.ts';

/** Of grpc.health.v1.HealthCheckResponse.ServingStatus. */
const SERVING = 1;

const stats = new FakeGrpcServer<{ readonly webhookIds: readonly string[] }>(
  'monitoring',
  'signalbox.monitoring.v1.Stats',
  'getExecutionStats',
  ({ webhookIds }) => ({
    stats: webhookIds.map((webhookId) => ({ webhookId, successCount: 3, failureCount: 1, requestCount: 4 })),
  }),
);
const sender = new FakeGrpcServer<{ readonly payloads: readonly unknown[] }>(
  'dispatcher',
  'signalbox.dispatcher.v1.TestPayloads',
  'postTestPayloads',
  ({ payloads }) => ({
    results: payloads.map(() => ({ ok: true, headers: [{ name: 'webhook-id', value: 'w' }], durationMs: 1 })),
  }),
);
let service: RunningConfigService;
let caller: GrpcCaller;
beforeAll(async () => {
  service = await RunningConfigService.start({
    monitoringGrpcUrl: await stats.listen(),
    dispatcherGrpcUrl: await sender.listen(),
  });
  caller = new GrpcCaller(service.grpcUrl, 'signalbox.config.v1.Webhooks', { key: service.apiKey });
});
afterAll(async () => {
  caller?.close();
  await service?.stop();
  stats.kill();
  sender.kill();
});

const call = (method: string, message: Message = {}, options: RpcOptions = {}): Promise<Message> =>
  caller.call(method, message, options);
const refused = async (
  method: string,
  message: Message = {},
  options: RpcOptions = {},
): Promise<readonly [string | undefined, string | undefined]> => {
  const { code, errorCode } = await caller.refusal(method, message, options);
  return [code, errorCode];
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

    const changed = await call('updateWebhook', { id, name: 'renamed', enabled: false, ifMatch: made['etag'] });
    expect(changed).toMatchObject({ name: 'renamed', enabled: false, events: ['PostSignIn'], version: 3 });
    const rotated = await call('rotateSigningKey', { id, overlapSeconds: 0 });
    expect(rotated['signingKey']).not.toBe(made['signingKey']);
    expect(await call('deleteWebhook', { id })).toEqual({});
    expect(await refused('getWebhook', { id })).toEqual(['NOT_FOUND', 'entity.not_exists_with_id']);
  });

  it('lists by the filters and orders of REST', async () => {
    const key = await service.makeKey('listed', ['webhooks:read', 'webhooks:write']);
    for (const [name, events, enabled] of [
      ['list one', ['PostSignIn'], true],
      ['list two', ['User.Created'], true],
      ['list three', ['PostSignIn'], false],
    ] as const) {
      await service.makeWebhook({ name, events, enabled }, key);
    }
    const names = async (message: Message): Promise<unknown> => {
      const { webhooks, total } = await call('listWebhooks', message, { key });
      return [(webhooks as readonly { readonly name: string }[]).map(({ name }) => name), total];
    };
    expect(await names({})).toEqual([['list three', 'list two', 'list one'], 3]);
    expect(await names({ search: 'T t' })).toEqual([['list three', 'list two'], 2]);
    expect(await names({ enabled: false })).toEqual([['list three'], 1]);
    expect(await names({ event: 'PostSignIn', sort: 'name' })).toEqual([['list one', 'list three'], 2]);
    expect(await names({ sort: 'createdAt', page: 2, pageSize: 2 })).toEqual([['list three'], 3]);
    expect(await names({ health: 'failing', sort: '-requests' })).toEqual([['list three', 'list two', 'list one'], 3]);
    const { code, violations } = await caller.refusal('listWebhooks', { sort: 'x', health: 'y', event: '/' }, { key });
    expect([code, violations.map(({ field }) => field)]).toEqual(['INVALID_ARGUMENT', ['event', 'health', 'sort']]);
  });

  it('tells the signing keys in force, and who changed what, as REST does', async () => {
    const { id } = await service.makeWebhook({ name: 'a', config: { ...config, ed25519: true } });
    await call('rotateSigningKey', { id });
    await call('updateWebhook', { id, name: 'b', config: { url: config.url, headers: { 'x-key': 'other' } } });
    const keys = await service.call<{ keys: { signingKey: string; honouredUntil: number | null }[] }>(
      'GET',
      `/api/hooks/${id}/signing-keys`,
    );
    const told = await call('listSigningKeys', { id });
    expect(told).toMatchObject({
      keys: keys.body.keys.map(({ signingKey, honouredUntil }) => ({
        signingKey,
        ...(honouredUntil !== null && { honouredUntilMs: honouredUntil }),
      })),
    });
    expect(keys.body.keys).toHaveLength(2);
    const first = await call('listHistory', { id, page: 1, pageSize: 2 });
    expect(first).toMatchObject({ total: 5 });
    const { entries } = await call('listHistory', { id });
    const rest = await service.call<{ type: string; version: number }[]>('GET', `/api/hooks/${id}/history`);
    expect(entries).toMatchObject(rest.body.map(({ type, version }) => ({ type, version })));
    const [renamed] = (entries as { type: string; changes: unknown }[]).filter(({ type }) => type === 'Renamed');
    expect(renamed?.changes).toEqual([{ field: 'name', fromJson: '"a"', toJson: '"b"' }]);
    for (const plain of ['other', keys.body.keys[0]?.signingKey]) expect(JSON.stringify(entries)).not.toContain(plain);
  });

  it('makes a webhook once for an idempotency key, as REST does', async () => {
    const metadata = { 'idempotency-key': 'once-over-rpc' };
    const message = { name: 'once', events: ['PostSignIn'], config };
    const made = await call('createWebhook', message, { metadata });
    expect(await call('createWebhook', message, { metadata })).toEqual(made);
    expect(await refused('createWebhook', { ...message, name: 'twice' }, { metadata })).toEqual([
      'FAILED_PRECONDITION',
      'request.idempotency_mismatch',
    ]);
    expect(await refused('createWebhook', message, { metadata: { 'idempotency-key': 'with space' } })).toEqual([
      'INVALID_ARGUMENT',
      'guard.invalid_input',
    ]);
    const rest = await service.call('GET', '/api/hooks?search=once');
    expect(rest.body).toHaveLength(1);
  });

  it('has the same rules as REST, as gRPC status', async () => {
    const made = await call('createWebhook', { events: ['PostSignIn'], config });
    const id = String(made['id']);
    const reader = await service.makeKey('default', ['webhooks:read']);
    const stranger = await service.makeKey('other', ['webhooks:read']);
    expect(await refused('listWebhooks', {}, { key: null })).toEqual(['UNAUTHENTICATED', 'auth.unauthorized']);
    expect(await refused('deleteWebhook', { id }, { key: reader })).toEqual(['PERMISSION_DENIED', 'auth.forbidden']);
    expect(await refused('testWebhook', { id }, { key: reader })).toEqual(['PERMISSION_DENIED', 'auth.forbidden']);
    expect((await refused('getWebhook', { id }, { key: stranger }))[0]).toBe('NOT_FOUND');
    expect(await refused('createWebhook', { config })).toEqual(['INVALID_ARGUMENT', 'hook.missing_events']);
    expect(await refused('updateWebhook', { id })).toEqual(['INVALID_ARGUMENT', 'entity.invalid_input']);
    expect(await refused('updateWebhook', { id, name: 'x', ifMatch: '1.9' })).toEqual([
      'FAILED_PRECONDITION',
      'entity.version_mismatch',
    ]);
    expect(await refused('listWebhooks', { page: 0 })).toEqual(['INVALID_ARGUMENT', 'guard.invalid_pagination']);
  });

  it('names every wrong field by its name in the .proto', async () => {
    const bad = { ...config, retries: 9, timeoutMs: 1, headers: { 'Content-Type': 'x' }, retryPolicy: { maxAgeMs: 1 } };
    const { code, errorCode, violations, message } = await caller.refusal('createWebhook', {
      events: ['Nonsense'],
      config: bad,
    });
    expect([code, errorCode]).toEqual(['INVALID_ARGUMENT', 'guard.invalid_input']);
    expect(violations.map(({ field }) => field).toSorted()).toEqual([
      'config.headers.Content-Type',
      'config.retries',
      'config.retry_policy.max_age_ms',
      'config.timeout_ms',
      'events[0]',
    ]);
    const timeout = violations.find(({ field }) => field === 'config.timeout_ms');
    expect(timeout?.description).toBe('is 1; expected a whole number from 1000 to 30000 (milliseconds)');
    expect(message).toContain('timeoutMs');
  });

  it('answers bad input however much of it there is: the refusal of a hundred thousand letters arrives', async () => {
    const headers = Object.fromEntries(Array.from({ length: 60 }, (_, index) => [`${'ä'.repeat(1_500)}${index}`, 'x']));
    const { code, violations, message } = await caller.refusal('createWebhook', {
      events: ['PostSignIn'],
      config: { ...config, headers },
    });
    expect(code).toBe('INVALID_ARGUMENT');
    expect(violations.length).toBeGreaterThan(3);
    expect(message.length).toBeLessThan(1_100);
    const large = await caller.refusal('createWebhook', { name: 'x'.repeat(300_000), events: ['PostSignIn'], config });
    expect(large.code).toBe('RESOURCE_EXHAUSTED');
  });

  it('tries a configuration out, and tells a URL that may not be called as a wrong field', async () => {
    const { id } = await service.makeWebhook();
    const { results } = await call('testWebhook', { id, events: ['PostSignIn'], config });
    expect(results).toMatchObject([{ event: 'PostSignIn', ok: true, requestHeaders: { 'webhook-id': 'w' } }]);
    const [{ requestBody = '' } = {}] = results as readonly { readonly requestBody?: string }[];
    expect(JSON.parse(requestBody)).toMatchObject({ event: 'PostSignIn', hookId: id });
    const { code, errorCode, violations } = await caller.refusal('testWebhook', {
      id,
      events: ['PostSignIn'],
      config: { url: 'http://10.0.0.1/' },
    });
    expect([code, errorCode]).toEqual(['INVALID_ARGUMENT', 'hook.send_test_payload_failed']);
    expect(violations).toMatchObject([{ field: 'config.url' }]);
  });

  it('writes nothing for a caller whose deadline has passed', async () => {
    const { id } = await service.makeWebhook({ name: 'before' });
    const runner = service.dataSource.createQueryRunner();
    await runner.startTransaction();
    await runner.query('LOCK TABLE config.webhook_event IN ACCESS EXCLUSIVE MODE');
    const late = await caller.refusal('updateWebhook', { id, name: 'after' }, { deadlineMs: 300 });
    expect(late.code).toBe('DEADLINE_EXCEEDED');
    await runner.commitTransaction();
    await runner.release();
    const underWay = `SELECT count(*)::int AS count FROM pg_stat_activity
      WHERE query LIKE '%webhook_event%' AND state <> 'idle' AND pid <> pg_backend_pid()`;
    const isOver = async (): Promise<boolean> => {
      const [row] = await rowsOf<{ count: number }>(service.dataSource, underWay);
      return row?.count === 0;
    };
    await waitFor(isOver, { what: 'the late change to end' });
    expect(await call('getWebhook', { id })).toMatchObject({ name: 'before', version: 1 });
    expect(await call('updateWebhook', { id, name: 'after' })).toMatchObject({ version: 2 });
  });

  it('says of itself that it serves, and what, without a credential', async () => {
    const health = new GrpcCaller(service.grpcUrl, 'grpc.health.v1.Health', { path: healthProtoPath });
    for (const name of ['', 'signalbox.config.v1.Webhooks', 'signalbox.config.v1.ReceiverSteering']) {
      expect(await health.call('check', { service: name })).toMatchObject({ status: SERVING });
    }
    health.close();
  });
});

describe('execution stats', () => {
  it('are asked of monitoring in the name of the caller, a hundred at a time, and shown where wanted', async () => {
    const key = await service.makeKey('counted', ['webhooks:read', 'webhooks:write']);
    const made: string[] = [];
    for (let count = 0; count < 101; count++) made.push((await service.makeWebhook({}, key)).id);
    stats.calls.length = 0;
    const list = await service.call<MadeWebhook[]>('GET', '/api/hooks?includeExecutionStats=true', { key });
    expect(list.body).toHaveLength(101);
    expect(list.body.every(({ executionStats }) => executionStats?.requestCount === 4)).toBe(true);
    expect(list.headers.get('warning')).toBeNull();
    expect(stats.calls.map(({ request }) => request.webhookIds.length)).toEqual([100, 1]);
    const identity = await verifyIdentity(identityKeyFrom(service.identityKey), stats.calls[0]?.token, 'monitoring');
    expect(identity).toMatchObject({ tenantId: 'counted' });

    const one = await service.call<MadeWebhook>('GET', `/api/hooks/${made[0]}?includeExecutionStats=true`, { key });
    expect(one.body.executionStats).toEqual({ successCount: 3, requestCount: 4 });
    const without = await service.call<MadeWebhook>('GET', `/api/hooks/${made[0]}`, { key });
    expect(without.body.executionStats).toBeUndefined();
  });
});
