import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Metadata, credentials, makeGenericClientConstructor, status } from '@grpc/grpc-js';
import type { Client, ServiceError } from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import type { ServiceDefinition } from '@grpc/proto-loader';
import { protoPath } from '@signalbox/contracts';
import { IDENTITY_HEADER, identityKeyFrom, issueIdentity } from '@signalbox/identity';
import type { IdentityAudience } from '@signalbox/identity';
import { createLogger, createRegistry } from '@signalbox/observability';
import type { Registry } from '@signalbox/observability';
import { SecretBox, parseKeyring } from '@signalbox/secrets';
import { ReceiverServer } from '@signalbox/testing';
import { createHmac } from 'node:crypto';
import { loadDispatcherEnvironment } from '../../../dispatcher.environment.ts';
import type { Role } from '../../../role.ts';
import { testPayloadRole } from '../../test-payload.module.ts';

const KEYRING = `k1=${Buffer.alloc(32, 7).toString('base64')}`;
const IDENTITY_KEY = Buffer.alloc(32, 8).toString('base64');
const ID = 'webhook00000000000001';
const SERVICE = 'signalbox.dispatcher.v1.TestPayloads';
const box = new SecretBox(parseKeyring(KEYRING));

let role: Role;
let registry: Registry;
let client: Client & Record<string, unknown>;
let receiver: ReceiverServer;

beforeAll(async () => {
  const env = loadDispatcherEnvironment({
    KAFKA_BROKERS: '127.0.0.1:1',
    SECRETS_KEYRING: KEYRING,
    INTERNAL_IDENTITY_KEY: IDENTITY_KEY,
    CONFIG_GRPC_URL: '127.0.0.1:1',
    EGRESS_ALLOW: '127.0.0.0/8+http',
    EGRESS_PORTS: '80-65535',
  });
  registry = createRegistry();
  role = testPayloadRole(env, createLogger({ service: 'dispatcher', level: 'silent' }), registry);
  await role.start();
  const definition = loadSync(protoPath('dispatcher'), { longs: Number, arrays: true })[SERVICE] as ServiceDefinition;
  const TestClient = makeGenericClientConstructor(definition, SERVICE);
  client = new TestClient(role.grpcUrl ?? '', credentials.createInsecure());
});
afterAll(async () => {
  client?.close();
  await role?.stop();
});
beforeEach(async () => {
  receiver = await ReceiverServer.start();
});
afterEach(() => receiver.close());

interface Result {
  readonly ok?: boolean;
  readonly headers: readonly { readonly name: string; readonly value?: string }[];
  readonly answer?: { readonly statusCode: number; readonly body: string };
  readonly durationMs?: number;
  readonly errorClass?: string;
  readonly error?: string;
}

interface CallOptions {
  readonly audience?: IdentityAudience | null;
  readonly deadlineMs?: number;
}

async function test(more: object = {}, { audience = 'dispatcher', deadlineMs = 10_000 }: CallOptions = {}) {
  const metadata = new Metadata();
  const caller = { tenantId: 'default', actor: 'api-key:1', scopes: [] };
  if (audience !== null) {
    metadata.set(IDENTITY_HEADER, await issueIdentity(identityKeyFrom(IDENTITY_KEY), caller, audience));
  }
  const request = {
    webhookId: ID,
    url: receiver.url,
    headers: [{ name: 'X-Mine', sealedValue: box.seal('secret value', ID) }],
    signingKeys: [{ sealed: box.seal('the-key', ID) }],
    timeoutMs: 5_000,
    payloads: [{ event: 'PostSignIn', body: Buffer.from('{"event":"PostSignIn"}') }],
    ...more,
  };
  const rpc = client['postTestPayloads'] as (
    request: object,
    metadata: Metadata,
    options: { deadline: number },
    callback: (error: ServiceError | null, answer?: { readonly results: readonly Result[] }) => void,
  ) => void;
  return new Promise<readonly Result[]>((resolve, reject) =>
    rpc.call(client, request, metadata, { deadline: Date.now() + deadlineMs }, (error, answer) =>
      error === null ? resolve(answer?.results ?? []) : reject(error),
    ),
  );
}

describe('signalbox.dispatcher.v1', () => {
  it('posts the very bytes, signed by both schemes with the sealed key, and tells what was sent and answered', async () => {
    receiver.answer({ status: 202, body: 'taken' });
    const [result] = await test();
    const [request] = receiver.requests;
    expect(request?.body.toString()).toBe('{"event":"PostSignIn"}');
    const headers = request?.headers ?? {};
    expect(headers).toMatchObject({ 'x-mine': 'secret value', 'content-type': 'application/json' });
    const hmac = (content: string) => createHmac('sha256', 'the-key').update(content);
    expect(headers['logto-signature-sha-256']).toBe(hmac('{"event":"PostSignIn"}').digest('hex'));
    const signed = `${headers['webhook-id']}.${headers['webhook-timestamp']}.{"event":"PostSignIn"}`;
    expect(headers['webhook-signature']).toBe(`v1,${hmac(signed).digest('base64')}`);
    expect(result).toMatchObject({ ok: true, answer: { statusCode: 202, body: 'taken' } });
    expect(result?.durationMs).toBeGreaterThan(0);
    const told = new Map(result?.headers.map(({ name, value }) => [name, value]));
    expect(told.get('webhook-id')).toBe(headers['webhook-id']);
    expect(told.get('X-Mine')).toBeUndefined();
    expect(JSON.stringify(result)).not.toContain('secret value');
  });

  it('tries once, whatever comes, and tells errors as the log of deliveries does', async () => {
    const payloads = ['a', 'b', 'c'].map((event) => ({ event, body: Buffer.from(event) }));
    receiver.answerBy(({ body }) => {
      if (body.toString() === 'a') return { status: 503, body: 'later' };
      return { fault: body.toString() === 'b' ? 'reset' : 'hang' };
    });
    const results = await test({ payloads, timeoutMs: 1_000 });
    expect(results).toMatchObject([
      { errorClass: 'http-status', error: 'answered with status 503', answer: { statusCode: 503, body: 'later' } },
      { errorClass: 'reset' },
      { errorClass: 'timeout' },
    ]);
    expect(results.some(({ ok }) => ok)).toBe(false);
    expect(receiver.requests).toHaveLength(3);
    expect(await registry.metrics()).toMatch(/test_payloads_total\{result="timeout"\} 1/);
  });

  it('ends before the caller stops waiting, and says what was not sent', async () => {
    receiver.answer({ fault: 'hang' });
    const payloads = Array.from({ length: 9 }, () => ({ event: 'x', body: Buffer.from('{}') }));
    const results = await test({ payloads, timeoutMs: 30_000 }, { deadlineMs: 1_500 });
    expect(results.map(({ errorClass }) => errorClass)).toEqual(Array.from({ length: 9 }, () => 'timeout'));
    expect(results[8]?.error).toContain('was not sent');
    expect(receiver.requests).toHaveLength(8);
  });

  it('calls nothing inside, by the rules for URLs and for addresses', async () => {
    const url = (to: string) => test({ url: to }).then(([result]) => result?.errorClass);
    expect(await url('http://10.0.0.1/')).toBe('refused-address');
    expect(await url('https://169.254.169.254/latest')).toBe('refused-address');
    expect(await url('ftp://127.0.0.1/')).toBe('refused-address');
  });

  it('refuses whoever has no identity made for it, what breaks a limit, and a key it cannot open', async () => {
    const codeOf = (call: Promise<unknown>) =>
      call.then(
        () => status.OK,
        (error: unknown) => (error as ServiceError).code,
      );
    expect(await codeOf(test({}, { audience: null }))).toBe(status.UNAUTHENTICATED);
    expect(await codeOf(test({}, { audience: 'monitoring' }))).toBe(status.UNAUTHENTICATED);
    expect(await codeOf(test({ payloads: [] }))).toBe(status.INVALID_ARGUMENT);
    expect(await codeOf(test({ signingKeys: [] }))).toBe(status.INVALID_ARGUMENT);
    const foreign = box.seal('the-key', 'webhook00000000000002');
    expect(await codeOf(test({ signingKeys: [{ sealed: foreign }] }))).toBe(status.FAILED_PRECONDITION);
    expect(receiver.requests).toHaveLength(0);
  });
});
