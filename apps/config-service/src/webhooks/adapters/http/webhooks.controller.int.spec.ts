import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createConnection } from 'node:net';
import { rowsOf } from '@signalbox/postgres';
import { RunningConfigService } from '../../../testing/running-config-service.ts';
import type { MadeWebhook } from '../../../testing/running-config-service.ts';

let service: RunningConfigService;
let reader: string;
let stranger: string;
beforeAll(async () => {
  service = await RunningConfigService.start();
  reader = await service.makeKey('default', ['webhooks:read']);
  stranger = await service.makeKey('other', ['webhooks:read', 'webhooks:write', 'deliveries:read']);
});
afterAll(async () => {
  await service?.stop();
});

const url = 'http://127.0.0.1:8099/hook';
const NO_ID = '0'.repeat(21);
const sane = { events: ['PostSignIn'], config: { url } };

describe('POST /api/hooks', () => {
  it('makes a webhook with an id and a signing key of its own', async () => {
    const before = Date.now();
    const { status, body, headers } = await service.call('POST', '/api/hooks', {
      body: { name: 'first', events: ['PostRegister', 'User.Created', 'PostRegister'], config: { url } },
    });
    expect({ status, body }).toEqual({
      status: 201,
      body: {
        tenantId: 'default',
        id: expect.stringMatching(/^[0-9a-z]{21}$/),
        name: 'first',
        event: null,
        events: ['PostRegister', 'User.Created'],
        config: { url },
        signingKey: expect.stringMatching(/^[0-9A-Za-z]{32}$/),
        enabled: true,
        createdAt: expect.any(Number),
      },
    });
    expect(body['createdAt']).toBeGreaterThanOrEqual(before);
    expect(headers.get('etag')).toBe('"1.1"');
  });

  it('takes every setting, the legacy event, and no name', async () => {
    const config = {
      url,
      headers: { 'X-Key': 'value', authorization: 'Bearer abc' },
      retries: 1,
      timeoutMs: 2_000,
      retryPolicy: { preset: 'standard', delaysMs: [1_000], maxAgeMs: 60_000 },
      rateLimitPerSecond: 5,
      ed25519: true,
    };
    const { status, body } = await service.call('POST', '/api/hooks', {
      body: { event: 'PostSignIn', enabled: false, config },
    });
    expect(status).toBe(201);
    expect(body).toMatchObject({ name: '', event: 'PostSignIn', events: [], enabled: false, config });
    const read = await service.call('GET', `/api/hooks/${String(body['id'])}`);
    expect(read.body).toEqual(body);
  });

  it.each([
    ['nothing to send', { config: { url } }, 400, 'hook.missing_events'],
    ['an empty list of events', { ...sane, events: [] }, 400, 'guard.invalid_input'],
    ['an id', { ...sane, id: NO_ID }, 400, 'guard.invalid_input'],
    ['a signing key', { ...sane, signingKey: 'x'.repeat(32) }, 400, 'guard.invalid_input'],
    ['a private address', { ...sane, config: { url: 'https://10.0.0.1/' } }, 400, 'guard.invalid_input'],
    ['plain http to the world', { ...sane, config: { url: 'http://example.com/' } }, 400, 'guard.invalid_input'],
    ['malformed JSON', '{"events": [', 400, 'guard.invalid_input'],
    ['a poisoned prototype', '{"__proto__": {"events": []}}', 400, 'guard.invalid_input'],
    ['a list', [], 400, 'guard.invalid_input'],
    ['no body', undefined, 400, 'guard.invalid_input'],
    ['a body that is too large', { ...sane, name: 'x'.repeat(300_000) }, 413, 'guard.payload_too_large'],
  ])('refuses %s', async (_, body, status, code) => {
    const answer = await service.call('POST', '/api/hooks', { body });
    expect(answer).toMatchObject({ status, body: { code, message: expect.any(String) } });
  });

  it('refuses another media type, and names every wrong field', async () => {
    const typed = await service.call('POST', '/api/hooks', { body: 'a=b', headers: { 'content-type': 'text/plain' } });
    expect(typed).toMatchObject({ status: 415, body: { code: 'guard.unsupported_media_type' } });
    const { body } = await service.call('POST', '/api/hooks', {
      body: { ...sane, name: '', config: { url: 'nonsense', retries: 4 } },
    });
    expect(body).toMatchObject({
      details: [
        { field: 'config.retries', why: 'is 4', expected: 'a whole number from 0 to 3' },
        { field: 'name' },
        { field: 'config.url', rule: 'not-a-url' },
      ],
    });
  });

  it('refuses a header that could split a request, and writes nothing then', async () => {
    const written = async () => rowsOf(service.dataSource, 'SELECT count(*) AS count FROM webhook_event');
    const before = await written();
    const body = { ...sane, config: { url, headers: { 'x-a': 'b\r\nx-evil: 1' } } };
    const answer = await service.call('POST', '/api/hooks', { body });
    expect(answer).toMatchObject({ status: 400, body: { details: [{ field: 'config.headers.x-a' }] } });
    expect(await written()).toEqual(before);
  });
});

describe('GET /api/hooks', () => {
  it('lists the newest first, as a whole or by pages with their links', async () => {
    const key = await service.makeKey('lists', ['webhooks:read', 'webhooks:write']);
    const made: string[] = [];
    for (const name of ['a', 'b', 'c']) made.unshift((await service.makeWebhook({ name }, key)).id);
    const all = await service.call<MadeWebhook[]>('GET', '/api/hooks', { key });
    expect(all.body.map(({ id }) => id)).toEqual(made);
    expect(all.headers.get('total-number')).toBeNull();

    const page = await service.call<MadeWebhook[]>('GET', '/api/hooks?page=2&page_size=1&x=1', { key });
    expect(page.body.map(({ id }) => id)).toEqual([made[1]]);
    expect(page.headers.get('total-number')).toBe('3');
    const link = (number: number, rel: string): string =>
      `<${service.httpUrl}/api/hooks?page=${number}&page_size=1&x=1>; rel="${rel}"`;
    expect(page.headers.get('link')).toBe(
      [link(1, 'first'), link(1, 'prev'), link(3, 'next'), link(3, 'last')].join(', '),
    );
    const beyond = await service.call<MadeWebhook[]>('GET', '/api/hooks?page=9', { key });
    expect(beyond).toMatchObject({ status: 200, body: [] });
  });

  it.each(['page=0', 'page_size=101', 'page=-1', 'page=x'])('refuses ?%s', async (query) => {
    const answer = await service.call('GET', `/api/hooks?${query}`);
    expect(answer).toMatchObject({ status: 400, body: { code: 'guard.invalid_pagination' } });
  });

  it('answers without stats, and says so, while monitoring is away', async () => {
    const { id } = await service.makeWebhook();
    const startedAt = Date.now();
    const one = await service.call<MadeWebhook>('GET', `/api/hooks/${id}?includeExecutionStats=true`);
    expect(Date.now() - startedAt).toBeLessThan(2_000);
    expect(one.status).toBe(200);
    expect(one.body.executionStats).toBeUndefined();
    expect(one.headers.get('warning')).toBe('199 signalbox "execution statistics are not available now"');
    const list = await service.call('GET', '/api/hooks?includeExecutionStats=true');
    expect(list.headers.get('warning')).not.toBeNull();
    expect((await service.call('GET', '/api/hooks')).headers.get('warning')).toBeNull();
  });
});

describe('PATCH /api/hooks/:id', () => {
  it('changes what is named, replaces the configuration as a whole, and leaves the signing key', async () => {
    const made = await service.makeWebhook({ config: { url, headers: { a: '1' }, retries: 2 } });
    const named = await service.call<MadeWebhook>('PATCH', `/api/hooks/${made.id}`, { body: { name: 'second' } });
    expect(named).toMatchObject({ status: 200, body: { ...made, name: 'second' } });
    const body = { config: { url: `${url}/b` }, enabled: false };
    const changed = await service.call<MadeWebhook>('PATCH', `/api/hooks/${made.id}`, { body });
    expect(changed.body).toEqual({ ...made, name: 'second', config: { url: `${url}/b` }, enabled: false });
    expect(changed.headers.get('etag')).toBe('"1.6"');
    const again = await service.call<MadeWebhook>('PATCH', `/api/hooks/${made.id}`, { body });
    expect(again.headers.get('etag')).toBe('"1.6"');
  });

  it('refuses a change of nothing, of what cannot be changed, and of what has changed meanwhile', async () => {
    const { id } = await service.makeWebhook();
    const patch = async (body: unknown, headers = {}) => service.call('PATCH', `/api/hooks/${id}`, { body, headers });
    expect(await patch({})).toMatchObject({ status: 422, body: { code: 'entity.invalid_input' } });
    expect(await patch({ createdAt: 1 })).toMatchObject({ status: 400, body: { code: 'guard.invalid_input' } });
    expect(await patch({ events: [] })).toMatchObject({ status: 400, body: { code: 'guard.invalid_input' } });
    expect(await patch({ name: 'x' }, { 'if-match': '"1.7"' })).toMatchObject({
      status: 412,
      body: { code: 'entity.version_mismatch', data: { version: 1 } },
    });
    expect(await patch({ name: 'x' }, { 'if-match': '"1.1"' })).toMatchObject({ status: 200 });
    expect(await patch({ name: 'y' }, { 'if-match': 'nonsense' })).toMatchObject({ status: 400 });
  });

  it('loses no change when many are made at the same time', async () => {
    const { id } = await service.makeWebhook();
    const bodies = Array.from({ length: 12 }, (_, index) => ({ name: `name ${index}` }));
    const answers = await Promise.all(bodies.map((body) => service.call('PATCH', `/api/hooks/${id}`, { body })));
    const taken = answers.filter(({ status }) => status === 200).length;
    expect(answers.every(({ status }) => status === 200 || status === 409)).toBe(true);
    const journal = await service.dataSource.query<{ version: number }[]>(
      'SELECT version FROM webhook_event WHERE webhook_id = $1 ORDER BY version',
      [id],
    );
    expect(journal.map(({ version }) => version)).toEqual(Array.from({ length: taken + 1 }, (_, index) => index + 1));
  });
});

describe('PATCH /api/hooks/:id/signing-key', () => {
  it('gives a new key, and honours the replaced one until its overlap ends', async () => {
    const made = await service.makeWebhook({ config: { url, ed25519: true } });
    const rotate = async (options: { body?: unknown; headers?: Record<string, string> } = {}) =>
      service.call<MadeWebhook>('PATCH', `/api/hooks/${made.id}/signing-key`, options);
    const rotated = await rotate();
    expect(rotated.status).toBe(200);
    expect(rotated.body.signingKey).not.toBe(made.signingKey);
    expect(rotated.body).toEqual({ ...made, signingKey: rotated.body.signingKey });
    const second = await rotate({ headers: { 'content-type': 'application/json' } });
    expect(second.status).toBe(200);
    expect(await rotate({ body: { overlapSeconds: 604_801 } })).toMatchObject({ status: 400 });

    const keys = async () => (await service.call('GET', `/api/hooks/${made.id}/signing-keys`)).body;
    expect(await keys()).toMatchObject({
      keys: [
        {
          signingKey: second.body.signingKey,
          whsec: `whsec_${Buffer.from(second.body.signingKey).toString('base64')}`,
          honouredUntil: null,
        },
        { signingKey: rotated.body.signingKey, honouredUntil: expect.any(Number) },
        { signingKey: made.signingKey, honouredUntil: expect.any(Number) },
      ],
      ed25519PublicKey: expect.stringMatching(/^whpk_[\w+/]{43}=$/),
    });

    // Without any overlap none goes on that was in force before.
    const last = await rotate({ body: { overlapSeconds: 0 } });
    expect(await keys()).toMatchObject({ keys: [{ signingKey: last.body.signingKey, honouredUntil: null }] });
  });
});

describe('DELETE /api/hooks/:id', () => {
  it('deletes once', async () => {
    const { id } = await service.makeWebhook();
    expect(await service.call('DELETE', `/api/hooks/${id}`)).toMatchObject({ status: 204, body: '' });
    expect(await service.call('DELETE', `/api/hooks/${id}`)).toMatchObject({
      status: 404,
      body: { code: 'entity.not_found' },
    });
    expect(await service.call('GET', `/api/hooks/${id}`)).toMatchObject({ status: 404 });
  });
});

describe('every route', () => {
  const ROUTES: readonly (readonly [string, string, string, unknown])[] = [
    ['GET', '/api/hooks/:id', 'entity.not_exists_with_id', undefined],
    ['PATCH', '/api/hooks/:id', 'entity.not_exists', { name: 'x' }],
    ['DELETE', '/api/hooks/:id', 'entity.not_found', undefined],
    ['PATCH', '/api/hooks/:id/signing-key', 'entity.not_exists', undefined],
    ['GET', '/api/hooks/:id/signing-keys', 'entity.not_exists_with_id', undefined],
    ['GET', '/api/hooks/:id/recent-logs', 'entity.not_exists_with_id', undefined],
    ['GET', '/api/hooks/:id/deliveries', 'entity.not_exists_with_id', undefined],
    ['GET', '/api/hooks/:id/health', 'entity.not_exists_with_id', undefined],
    ['GET', '/api/hooks/:id/live', 'entity.not_exists_with_id', undefined],
  ];

  it.each(ROUTES)(
    '%s %s answers 404 %s for an unknown id, and for another tenant',
    async (method, path, code, body) => {
      const { id } = await service.makeWebhook();
      const call = async (webhookId: string, key?: string) =>
        service.call(method, path.replace(':id', webhookId), { body, ...(key !== undefined && { key }) });
      for (const unknown of [NO_ID, 'x', 'A'.repeat(21), '0'.repeat(500), '%00', 'ä']) {
        expect(await call(unknown)).toMatchObject({ status: 404, body: { code } });
      }
      expect(await call(id, stranger)).toMatchObject({ status: 404, body: { code } });
      expect((await service.call('GET', `/api/hooks/${id}`)).status).toBe(200);
    },
  );

  const ALL = [
    ['GET', '/api/hooks'],
    ['POST', '/api/hooks'],
    ...ROUTES.map(([method, path]) => [method, path] as const),
    ['GET', '/api/logs/x'],
    ['GET', '/api/live'],
    ['GET', '/api/health'],
    ['GET', '/api/ops/lag'],
    ['POST', '/api/ops/dead-letters/1/redrive'],
    ['GET', '/api/me'],
    ['GET', '/api/event-types'],
    ['GET', '/api/nothing'],
    ['GET', '/%61pi/me'],
  ] as const;

  it.each(ALL)('%s %s answers 401 without a credential, before it reads the body', async (method, path) => {
    for (const key of [null, 'wrong']) {
      const answer = await service.call(method, path.replace(':id', NO_ID), {
        key,
        ...(method !== 'GET' && { body: '{"broken' }),
      });
      expect(answer).toMatchObject({ status: 401, body: { code: 'auth.unauthorized' } });
      expect(answer.headers.get('www-authenticate')).toBe('Bearer');
    }
  });

  const WRITES = ALL.filter(([method, path]) => method !== 'GET' || /logs|deliveries|live|health|ops/.test(path));

  it.each(WRITES)('%s %s answers 403 to a key that may only read webhooks', async (method, path) => {
    const answer = await service.call(method, path.replace(':id', NO_ID), { key: reader });
    expect(answer).toMatchObject({ status: 403, body: { code: 'auth.forbidden' } });
  });
});

describe('what else is answered', () => {
  it('says who calls, and which events there are', async () => {
    expect((await service.call('GET', '/api/me', { key: reader })).body).toEqual({
      tenantId: 'default',
      actor: expect.stringMatching(/^api-key:/),
      scopes: ['webhooks:read'],
    });
    const types = await service.call<{ name: string }[]>('GET', '/api/event-types');
    expect(types.body).toHaveLength(31);
    expect(types.body[0]).toMatchObject({ name: 'PostRegister', group: 'User interaction' });
  });

  it('gives the console its configuration without a credential', async () => {
    expect(await service.call('GET', '/console-config.json', { key: null })).toMatchObject({ status: 200, body: {} });
  });

  it('has the one shape of errors for a path that is not there, and for a request that is none', async () => {
    expect(await service.call('GET', '/api/nothing')).toMatchObject({ status: 404, body: { code: 'route.not_found' } });
    expect(await service.call('PUT', '/api/hooks')).toMatchObject({ status: 404, body: { code: 'route.not_found' } });
    const { port } = new URL(service.httpUrl);
    const raw = await new Promise<string>((resolve, reject) => {
      const socket = createConnection(Number(port), '127.0.0.1', () =>
        socket.end('GET /api/%ff HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n'),
      );
      socket.once('data', (data) => resolve(data.toString()));
      socket.once('error', reject);
    });
    expect(raw).toMatch(/^HTTP\/1\.1 (400|401|404) /);
    expect(raw).toContain('"code"');
  });

  it('carries the security headers on every answer', async () => {
    for (const path of ['/api/hooks', '/api/nothing', '/nothing']) {
      const { headers } = await service.call('GET', path);
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
      expect(headers.get('access-control-allow-origin')).toBeNull();
    }
  });
});
