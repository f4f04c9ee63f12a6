import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { signingKeyOf } from '@signalbox/domain';
import type { Sandbox } from '@signalbox/sandbox';
import { ReceiverServer, aWebhook, anEvent, startTestSandbox, waitFor } from '@signalbox/testing';
import { createDecipheriv, createPublicKey, randomBytes, verify } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Client } from 'pg';
import { ApiClient, type Webhook } from '../support/api-client.ts';
import { inEffect } from '../support/applied-configuration.ts';
import { everythingTold } from '../support/everything-told.ts';
import { Publisher } from '../support/publisher.ts';

let sandbox: Sandbox;
let api: ApiClient;
let publisher: Publisher;
let receiver: ReceiverServer;
beforeAll(async () => {
  sandbox = await startTestSandbox({ env: { LOG_LEVEL: 'debug' } });
  api = new ApiClient(sandbox.runInfo);
  publisher = await Publisher.connect(sandbox.runInfo);
  receiver = await ReceiverServer.start();
}, 120_000);
afterAll(async () => {
  await publisher?.[Symbol.asyncDispose]();
  await receiver?.close();
  await sandbox?.stop();
}, 60_000);

const EVENT = 'Organization.Created';
/** RFC 8410: what stands before the 32 bytes of an ed25519 public key. */
const SPKI_PREFIX = Buffer.from('302a300506032b6570032100', 'hex');
const newSecret = (name: string): string => `${name}-${randomBytes(12).toString('hex')}`;

async function create(config: object): Promise<Webhook> {
  const webhook = aWebhook(receiver.url, { events: [EVENT], config: { url: receiver.url, ...config } });
  return (await inEffect(sandbox.runInfo, async () => api.createWebhook(webhook))).answer;
}

/** An answer whatever its status, and its text. */
async function raw(
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<string> {
  const response = await fetch(`${sandbox.runInfo.apiUrl}${path}`, {
    method,
    headers: { authorization: `Bearer ${sandbox.runInfo.apiKey}`, 'content-type': 'application/json', ...headers },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  return response.text();
}

describe('a webhook that asks for ed25519', () => {
  it('is signed so that a receiver verifies it with the public key that the API shows', async () => {
    const { id } = await create({ ed25519: true });
    const before = receiver.requests.length;
    await publisher.publish(anEvent(EVENT));
    await receiver.waitForRequests(before + 1, 30_000);
    const request = receiver.requests.at(-1);
    const { ed25519PublicKey } = await api.call<{ ed25519PublicKey: string }>(
      'GET',
      `/api/hooks/${id}/signing-keys`,
      200,
    );
    const raw32 = Buffer.from(ed25519PublicKey.replace(/^whpk_/, ''), 'base64');
    const key = createPublicKey({ key: Buffer.concat([SPKI_PREFIX, raw32]), format: 'der', type: 'spki' });
    const { headers = {}, body } = request ?? {};
    const signatures = (headers['webhook-signature'] ?? '').split(' ');
    expect(signatures.map((one) => one.split(',')[0])).toEqual(['v1', 'v1a']);
    const signature = Buffer.from(signatures[1]?.split(',')[1] ?? '', 'base64');
    const signed = Buffer.from(`${headers['webhook-id']}.${headers['webhook-timestamp']}.${body?.toString()}`);
    expect(verify(null, signed, key, signature)).toBe(true);
    expect(verify(null, Buffer.from(`${signed.toString()} `), key, signature)).toBe(false);
    await inEffect(sandbox.runInfo, async () => api.deleteWebhook(id));
  });
});

/** Every form in which a secret could have been written down. */
function formsOf(secret: string | Buffer): readonly string[] {
  const bytes = Buffer.from(secret);
  const encoded = [bytes.toString('base64').replace(/=+$/, ''), bytes.toString('base64url'), bytes.toString('hex')];
  if (typeof secret !== 'string') return encoded;
  return [secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1), ...encoded];
}

/** AES-256-GCM in the form `v1.<key id>.<base64url of nonce, tag and ciphertext>`, the webhook's id as associated data. */
function opened(sealed: string, key: Buffer, webhookId: string): string {
  const box = Buffer.from(sealed.split('.')[2] ?? '', 'base64url');
  const decipher = createDecipheriv('aes-256-gcm', key, box.subarray(0, 12));
  decipher.setAAD(Buffer.from(webhookId)).setAuthTag(box.subarray(12, 28));
  return Buffer.concat([decipher.update(box.subarray(28)), decipher.final()]).toString();
}

async function sealedPrivateKeyOf(id: string): Promise<string> {
  const client = new Client({ connectionString: sandbox.runInfo.databaseUrl });
  await client.connect();
  const { rows } = await client.query<{ sealed: string }>(
    'SELECT ed25519_private_key AS sealed FROM config.webhook WHERE id = $1',
    [id],
  );
  await client.end();
  return rows[0]?.sealed ?? '';
}

describe('secrets', () => {
  it('are in no log, no table, no topic and no error in the clear, whatever was done with them', async () => {
    const kept = JSON.parse(await readFile(join(sandbox.dir, 'secrets.json'), 'utf8')) as Record<string, string>;
    const keyringKey = Buffer.from((kept['keyring'] ?? '').split('=').slice(1).join('='), 'base64');
    const secrets = new Map<string, string | Buffer>([
      ['keyring', keyringKey],
      ['identity key', Buffer.from(kept['identityKey'] ?? '', 'base64')],
      ['first API key', sandbox.runInfo.apiKey],
      ['password of Postgres', new URL(sandbox.runInfo.databaseUrl).password],
    ]);
    const secret = (name: string): string => {
      const made = newSecret(name.replaceAll(' ', '-'));
      secrets.set(name, made);
      return made;
    };

    // Used as they are meant to be: created, sent, retried, replaced, tried out, kept for an Idempotency-Key, revoked.
    receiver.answer(500, 200);
    const config = { ed25519: true, retryPolicy: { delaysMs: [1_000] } };
    const webhook = await create({ ...config, headers: { 'x-secret': secret('header value') } });
    secrets.set('signing key', webhook.signingKey);
    secrets.set('ed25519 private key', opened(await sealedPrivateKeyOf(webhook.id), keyringKey, webhook.id));
    const before = receiver.requests.length;
    await publisher.publish(anEvent(EVENT));
    await receiver.waitForRequests(before + 2, 30_000);
    expect(receiver.requests.at(-1)?.headers['x-secret']).toBe(secrets.get('header value'));
    const path = `/api/hooks/${webhook.id}`;
    const { signingKey } = await api.call<Webhook>('PATCH', `${path}/signing-key`, 200);
    secrets.set('rotated signing key', signingKey);
    const changed = { config: { url: receiver.url, headers: { 'x-secret': secret('changed header value') } } };
    await inEffect(sandbox.runInfo, async () => api.changeWebhook(webhook.id, changed));
    await publisher.publish(anEvent(EVENT));
    await receiver.waitForRequests(before + 3, 30_000);
    const tried = { url: receiver.url, headers: { 'x-secret': secret('tried header value') } };
    await api.call('POST', `${path}/test`, 204, { events: [EVENT], config: tried });
    const once = aWebhook(receiver.url, {
      events: ['PostSignIn'],
      config: { url: receiver.url, headers: { 'x-secret': secret('header value of a kept answer') } },
    });
    const answer = await raw('POST', '/api/hooks', once, { 'idempotency-key': 'once' });
    secrets.set('signing key of a kept answer', (JSON.parse(answer) as Webhook).signingKey);
    expect(await raw('POST', '/api/hooks', once, { 'idempotency-key': 'once' })).toBe(answer);
    const apiKey = await api.call<{ id: string; key: string }>('POST', '/api/api-keys', 201, {
      name: 'made',
      scopes: ['webhooks:read'],
    });
    secrets.set('made API key', apiKey.key);
    expect(await raw('GET', path, undefined, { authorization: `Bearer ${apiKey.key}` })).toContain(webhook.id);
    await api.call('DELETE', `/api/api-keys/${apiKey.id}`, 204);

    // And in all the ways that are refused.
    const bad = (headers: object): object => ({ events: [EVENT], config: { url: receiver.url, headers } });
    const errors = [
      await raw('POST', '/api/hooks', bad({ 'x-secret': `${secret('header value with a line break')}\n` })),
      await raw('POST', '/api/hooks', bad({ 'content-type': secret('value of a reserved header') })),
      await raw('POST', '/api/hooks', { ...bad({ 'x-secret': secret('value beside a fault') }), events: ['No.Such'] }),
      await raw('PATCH', path, { signingKey: secret('signing key that is sent') }),
      await raw('PATCH', `${path}/signing-key`, { overlapSeconds: secret('text in the place of a number') }),
      await raw('POST', `${path}/test`, {
        events: [EVENT],
        config: { url: 'http://10.0.0.1/', headers: tried.headers },
      }),
      await raw('GET', '/api/me', undefined, { authorization: `Bearer ${secret('unknown API key')}` }),
      await raw('GET', `/api/hooks?page=0&access_token=${secret('credential in a query')}`),
      await raw('GET', `${path}/history?page_size=100`),
    ];
    await waitFor(async () => (await api.recentLogs(webhook.id)).length === 2, { what: 'two entries in the log' });

    const told = [...(await everythingTold(sandbox)), { where: 'an answer', text: errors.join('\n') }];
    const places = ['log config-service.log', 'log dispatcher-sender.log', 'table config.outbox', 'topic operations'];
    for (const place of places)
      expect([place, told.find(({ where }) => where === place)?.text]).not.toEqual([place, '']);
    expect(told.filter(({ text }) => text.includes(webhook.id)).length).toBeGreaterThan(5);
    const found = told.flatMap(({ where, text }) =>
      [...secrets]
        .filter(([, value]) => formsOf(value).some((form) => text.includes(form)))
        .map(([name]) => [name, where]),
    );
    expect(found).toEqual([]);
    expect(secrets.size).toBeGreaterThan(15);
    expect(signingKeyOf(signingKey).type).toBe('secret');
  }, 90_000);
});
