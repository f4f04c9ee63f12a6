import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DemoApi, type DemoWebhook } from './demo-webhook.ts';

/** As much of the REST contract as the demo uses. */
let webhooks: Map<string, DemoWebhook>;
let calls: string[];
let server: Server;
let api: DemoApi;

beforeEach(async () => {
  webhooks = new Map();
  calls = [];
  server = createServer((request, response) => {
    const id = request.url?.split('/')[3] ?? '';
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      calls.push(`${request.method} ${request.headers.authorization}`);
      const sent = chunks.length > 0 ? (JSON.parse(Buffer.concat(chunks).toString()) as DemoWebhook) : undefined;
      if (request.method === 'POST' && sent) webhooks.set('made', { ...sent, id: 'made', signingKey: 'key' });
      const found = webhooks.get(request.method === 'POST' ? 'made' : id);
      if (!found) return response.writeHead(404).end('{}');
      if (request.method === 'PATCH' && sent) webhooks.set(id, { ...found, ...sent });
      return response.writeHead(200).end(JSON.stringify(webhooks.get(found.id)));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  api = new DemoApi({ apiUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, apiKey: 'k' });
});
afterEach(() => new Promise((resolve) => server.close(resolve)));

describe('the webhook of the demo', () => {
  it('is made for all events when there is none, or none any more', async () => {
    const { webhook: made, isChanged } = await api.ensure('deleted', 'http://127.0.0.1:1/');
    expect(isChanged).toBe(true);
    expect(made.config.url).toBe('http://127.0.0.1:1/');
    expect((made as DemoWebhook & { events: string[] }).events).toHaveLength(31);
    expect(calls).toEqual(['GET Bearer k', 'POST Bearer k']);
  });

  it('is left as it is when it leads to the receiver', async () => {
    const { id } = (await api.ensure(undefined, 'http://127.0.0.1:1/')).webhook;
    calls.length = 0;
    expect((await api.ensure(id, 'http://127.0.0.1:1/')).isChanged).toBe(false);
    expect(calls).toEqual(['GET Bearer k']);
  });

  it('is led to the receiver when that has another port now', async () => {
    const { id } = (await api.ensure(undefined, 'http://127.0.0.1:1/')).webhook;
    const led = await api.ensure(id, 'http://127.0.0.1:2/');
    expect(led).toMatchObject({ webhook: { config: { url: 'http://127.0.0.1:2/' } }, isChanged: true });
    expect(webhooks.size).toBe(1);
  });

  it('says what the API answered when it refuses', async () => {
    await new Promise((resolve) => server.close(resolve));
    server = createServer((_request, response) => response.writeHead(401).end('{"code":"auth.unauthorized"}'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const refused = new DemoApi({ apiUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, apiKey: '' });
    await expect(refused.ensure(undefined, 'http://127.0.0.1:1/')).rejects.toThrow('answered 401: {"code":"auth');
  });
});
