import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { status } from '@grpc/grpc-js';
import { EVENT_TYPES } from '@signalbox/domain';
import { identityKeyFrom, verifyIdentity } from '@signalbox/identity';
import { SecretBox, parseKeyring } from '@signalbox/secrets';
import { FakeGrpcServer } from '../../../testing/fake-grpc-server.ts';
import type { Answer, MadeWebhook } from '../../../testing/running-config-service.ts';
import { RunningConfigService } from '../../../testing/running-config-service.ts';

interface TestRequest {
  readonly webhookId: string;
  readonly url: string;
  readonly headers: readonly { readonly name: string; readonly sealedValue: string }[];
  readonly signingKeys: readonly { readonly sealed: string }[];
  readonly sealedEd25519PrivateKey?: string;
  readonly timeoutMs: number;
  readonly payloads: readonly { readonly event: string; readonly body: Buffer }[];
}

interface TestResult {
  readonly event: string;
  readonly ok: boolean;
  readonly request: { readonly headers: Record<string, string>; readonly body: Record<string, unknown> };
}

interface TestBody {
  readonly code?: string;
  readonly message?: string;
  readonly results?: readonly TestResult[];
  readonly data?: Record<string, unknown>;
}

const TAKEN = { ok: true, headers: [{ name: 'webhook-id', value: 'w' }, { name: 'x-mine' }], durationMs: 4.2 };
const answered = (statusCode: number, body: string) => ({
  ok: statusCode < 300,
  answer: { statusCode, body },
  ...(statusCode >= 300 && { errorClass: 'http-status', error: `answered with status ${statusCode}` }),
});

const sender = new FakeGrpcServer<TestRequest>(
  'dispatcher',
  'signalbox.dispatcher.v1.TestPayloads',
  'postTestPayloads',
  ({ payloads }) => ({ results: payloads.map(() => TAKEN) }),
);
let service: RunningConfigService;
let webhook: MadeWebhook;
beforeAll(async () => {
  service = await RunningConfigService.start({ dispatcherGrpcUrl: await sender.listen() });
});
afterAll(async () => {
  await service?.stop();
  sender.kill();
});
beforeEach(async () => {
  sender.answer = ({ payloads }) => ({ results: payloads.map(() => TAKEN) });
  sender.calls.length = 0;
  webhook = await service.makeWebhook({ enabled: false });
});

const config = { url: 'http://127.0.0.1:8098/unsaved', headers: { 'x-mine': 'my value' }, timeoutMs: 3_000 };
const events = ['PostSignIn', 'User.Created'];

async function test(body: unknown = { events, config }, more: Record<string, unknown> = {}): Promise<Answer<TestBody>> {
  return service.call<TestBody>('POST', `/api/hooks/${webhook.id}/test`, { body, ...more });
}

const PREFER = { headers: { prefer: 'return=representation' } };

describe('POST /api/hooks/:id/test', () => {
  it('asks the sender for one sample of each event, to the unsaved configuration, by the key of a disabled webhook', async () => {
    const answer = await test({ events: [...events, 'PostSignIn'], config });
    expect([answer.status, answer.body]).toEqual([204, '']);
    const [call] = sender.calls;
    const box = new SecretBox(parseKeyring(service.keyring));
    const open = (sealed = '') => box.open(sealed, webhook.id);
    expect(call?.request).toMatchObject({ webhookId: webhook.id, url: config.url, timeoutMs: 3_000 });
    expect(open(call?.request.signingKeys[0]?.sealed)).toEqual({ kind: 'opened', plain: webhook.signingKey });
    expect(open(call?.request.headers[0]?.sealedValue)).toEqual({ kind: 'opened', plain: 'my value' });
    const bodies = call?.request.payloads.map(({ body }) => JSON.parse(body.toString()) as Record<string, unknown>);
    expect(bodies).toMatchObject([
      { event: 'PostSignIn', hookId: webhook.id, userAgent: 'fake-user-agent', sessionId: 'fake-session-id' },
      { event: 'User.Created', hookId: webhook.id, path: '/fake-path/:id', data: { result: 'success' } },
    ]);
    expect(Object.keys(bodies?.[0] ?? {}).at(-1)).toBe('hookId');
    const identity = await verifyIdentity(identityKeyFrom(service.identityKey), call?.token, 'dispatcher');
    expect(identity).toMatchObject({ tenantId: 'default' });
    const saved = await service.call<MadeWebhook>('GET', `/api/hooks/${webhook.id}`);
    expect(saved.body).toEqual(webhook);
  });

  it('takes every event of the catalogue', async () => {
    const every = EVENT_TYPES.map(({ name }) => name);
    expect((await test({ events: every, config })).status).toBe(204);
    expect(sender.calls[0]?.request.payloads.map(({ event }) => event)).toEqual(every);
  });

  it('says what the endpoint answered', async () => {
    sender.answer = () => ({ results: [TAKEN, { ...TAKEN, ...answered(500, 'no thanks') }] });
    const { status: code, body } = await test();
    expect([code, body.code]).toEqual([422, 'hook.endpoint_responded_with_error']);
    expect(body.data).toMatchObject({ responseStatus: 500, responseBody: 'no thanks' });
    expect(body.data?.['results']).toMatchObject([
      { event: 'PostSignIn', ok: true },
      { event: 'User.Created', ok: false, errorClass: 'http-status', response: { statusCode: 500 } },
    ]);
  });

  it('says why there was no answer', async () => {
    const failed = { ...TAKEN, ok: false, errorClass: 'connect', error: 'the connection was refused (ECONNREFUSED)' };
    sender.answer = ({ payloads }) => ({ results: payloads.map(() => failed) });
    const { status: code, body } = await test();
    expect([code, body.code]).toEqual([422, 'hook.send_test_payload_failed']);
    expect(body.message).toContain('ECONNREFUSED');
  });

  it('reports each result, whatever the endpoints answered, to whoever prefers it', async () => {
    sender.answer = () => ({ results: [TAKEN, { ...TAKEN, ...answered(404, 'gone') }] });
    const { status: code, headers, body } = await test(undefined, PREFER);
    expect([code, headers.get('preference-applied')]).toEqual([200, 'return=representation']);
    expect(body.results).toMatchObject([
      {
        event: 'PostSignIn',
        ok: true,
        durationMs: 4,
        request: { headers: { 'webhook-id': 'w', 'x-mine': 'my value' } },
      },
      { event: 'User.Created', ok: false, errorClass: 'http-status', response: { statusCode: 404, body: 'gone' } },
    ]);
    expect(body.results?.[0]?.request.body['hookId']).toBe(webhook.id);
  });

  it.each(['not a url', 'http://10.0.0.1/hook', 'https://user:pass@example.com/', 'ftp://127.0.0.1/'])(
    'refuses the URL %s without asking anybody, and says why',
    async (url) => {
      const { status: code, body } = await test({ events, config: { url } });
      expect([code, body.code]).toEqual([422, 'hook.send_test_payload_failed']);
      expect(body.message).toMatch(/url/);
      expect(sender.calls).toEqual([]);
    },
  );

  it.each([
    [{}],
    [{ events }],
    [{ config }],
    [{ events: [], config }],
    [{ events: ['Nonsense'], config }],
    [{ events: Array.from({ length: 101 }, () => 'PostSignIn'), config }],
    [{ events, config: {} }],
    [{ events, config: { ...config, headers: { 'bad name': 'x' } } }],
    [{ events, config: { ...config, timeoutMs: 1 } }],
    [{ events, config, more: 1 }],
  ])('refuses %j with 400', async (body) => {
    const answer = await test(body);
    expect([answer.status, answer.body.code]).toEqual([400, 'guard.invalid_input']);
    expect(sender.calls).toEqual([]);
  });

  it('answers 404 for an id that is none, or another tenant’s, and 403 without the scope to write', async () => {
    const stranger = await service.makeKey('stranger', ['webhooks:write']);
    const reader = await service.makeKey('default', ['webhooks:read']);
    expect((await test(undefined, { key: stranger })).body.code).toBe('entity.not_exists_with_id');
    expect((await test(undefined, { key: reader })).status).toBe(403);
    const path = `/api/hooks/${'0'.repeat(21)}/test`;
    const unknown = await service.call<TestBody>('POST', path, { body: { events, config } });
    expect([unknown.status, unknown.body.code]).toEqual([404, 'entity.not_exists_with_id']);
    expect(sender.calls).toEqual([]);
  });

  it('is bounded in rate: by what a tenant may send, and by what the sender takes', async () => {
    const key = await service.makeKey('eager', ['webhooks:read', 'webhooks:write']);
    const { id } = await service.makeWebhook({}, key);
    const hundred = EVENT_TYPES.map(({ name }) => name);
    const send = async (): Promise<Answer> =>
      service.call('POST', `/api/hooks/${id}/test`, { body: { events: hundred, config }, key });
    const codes: number[] = [];
    for (let count = 0; count < 7; count++) codes.push((await send()).status);
    expect(codes).toEqual([204, 204, 204, 204, 204, 204, 429]);
    sender.answer = () => ({ code: status.RESOURCE_EXHAUSTED, details: 'busy' });
    const busy = await test();
    expect([busy.status, busy.body.code, busy.headers.get('retry-after')]).toEqual([429, 'guard.rate_limited', '1']);
  });
});

describe('without a sender', () => {
  it('answers 503 at once with a time to come back, and again when it is there again', async () => {
    await service.pause();
    await service.resume({ dispatcherGrpcUrl: '127.0.0.1:1' });
    const startedAt = performance.now();
    for (let count = 0; count < 8; count++) {
      const { status: code, body, headers } = await test();
      expect([code, body.code]).toEqual([503, 'service.unavailable']);
      expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
    }
    expect(performance.now() - startedAt).toBeLessThan(9_000);
  });

  it('answers 503 where the sender refuses us, and logs it', async () => {
    await service.pause();
    const refusing = new FakeGrpcServer<TestRequest>(
      'dispatcher',
      'signalbox.dispatcher.v1.TestPayloads',
      'postTestPayloads',
      () => ({ code: status.UNAUTHENTICATED, details: 'a valid internal identity is required' }),
    );
    await service.resume({ dispatcherGrpcUrl: await refusing.listen() });
    expect((await test()).status).toBe(503);
    expect(service.logLines.some((line) => line.includes('test_payload.unavailable'))).toBe(true);
    refusing.kill();
  });
});
