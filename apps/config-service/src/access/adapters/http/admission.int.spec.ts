import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { RpcCaller } from '../../../testing/rpc-caller.ts';
import type { RpcAnswer } from '../../../testing/rpc-caller.ts';
import { RunningConfigService } from '../../../testing/running-config-service.ts';

const LIST = '/signalbox.config.v1.Webhooks/ListWebhooks';

let service: RunningConfigService;
beforeAll(async () => {
  service = await RunningConfigService.start();
});
afterEach(async () => service.pause());
afterAll(async () => service?.stop());

async function runWith(env: Record<string, string>): Promise<void> {
  await service.pause();
  await service.resume({ env });
}
const list = async (headers: Record<string, string>): Promise<RpcAnswer> =>
  new RpcCaller(service.grpcUrl).call(LIST, {}, headers);
const bearer = (key: string): Record<string, string> => ({ authorization: `Bearer ${key}` });

describe('the rate of a credential', () => {
  it('is one for REST and gRPC; beyond it calls are refused with the time to come back, and others go on', async () => {
    await runWith({ RATE_LIMIT_PER_SECOND: '1' });
    const [mine, other] = [await service.makeKey('default', ['ops:read']), await service.makeKey('default', [])];
    // A slow machine earns further calls on the way.
    const statuses: number[] = [];
    while (!statuses.includes(429) && statuses.length < 100) {
      const answer = await service.call('GET', '/api/me', { key: mine });
      statuses.push(answer.status);
      if (answer.status !== 429) continue;
      expect(answer.body).toMatchObject({ code: 'guard.rate_limited' });
      expect(answer.headers.get('retry-after')).toBe('1');
    }
    expect(statuses.slice(0, 5)).toEqual([200, 200, 200, 200, 200]);
    expect(statuses.at(-1)).toBe(429);
    const rpcs = [await list(bearer(mine)), await list(bearer(mine)), await list(bearer(mine))];
    expect(rpcs.find(({ status }) => status !== 'PERMISSION_DENIED')).toMatchObject({
      status: 'RESOURCE_EXHAUSTED',
      errorCode: 'guard.rate_limited',
      retryAfter: '1',
    });
    expect((await service.call('GET', '/api/me', { key: other })).status).toBe(200);
    expect((await service.call('GET', '/console-config.json', { key: null })).status).toBe(200);
  });
});

describe('the rate of failed tries', () => {
  it('is one for REST and gRPC; who was let in before is let in still', async () => {
    await runWith({ AUTH_FAILURES_PER_MINUTE: '3' });
    expect((await service.call('GET', '/api/me')).status).toBe(200);
    for (const key of ['guess-1', 'guess-2']) expect((await service.call('GET', '/api/me', { key })).status).toBe(401);
    expect((await list(bearer('guess-3'))).status).toBe('UNAUTHENTICATED');
    const refused = await service.call('GET', '/api/me', { key: 'guess-4' });
    expect(refused).toMatchObject({ status: 429, body: { code: 'guard.rate_limited' } });
    expect(Number(refused.headers.get('retry-after'))).toBeLessThanOrEqual(20);
    expect((await list(bearer('guess-5'))).status).toBe('RESOURCE_EXHAUSTED');
    // A caller behind the same address who was never seen before.
    const fresh = await service.makeKey('default', ['ops:read']);
    expect((await service.call('GET', '/api/me', { key: fresh })).status).toBe(200);
    expect((await service.call('GET', '/api/me')).status).toBe(200);
    expect((await service.call('GET', '/api/me', { key: null })).status).toBe(401);
  });
});

describe('a proxy', () => {
  const from = async (address: string, key: string): Promise<number> =>
    (await service.call('GET', '/api/me', { key, headers: { 'x-forwarded-for': address } })).status;

  it('is believed about where calls come from when it is trusted, over REST and gRPC, and nobody else is', async () => {
    await runWith({ AUTH_FAILURES_PER_MINUTE: '1', TRUST_PROXY: '127.0.0.1, ::1' });
    expect([await from('192.0.2.1', 'guess-1'), await from('192.0.2.1', 'guess-2')]).toEqual([401, 429]);
    expect(await from('192.0.2.2', 'guess-3')).toBe(401);
    expect((await list({ ...bearer('guess-4'), 'x-forwarded-for': '192.0.2.2' })).status).toBe('RESOURCE_EXHAUSTED');
    await runWith({ AUTH_FAILURES_PER_MINUTE: '1' });
    expect([await from('192.0.2.1', 'guess-1'), await from('192.0.2.2', 'guess-2')]).toEqual([401, 429]);
  });
});

describe('development-user-id', () => {
  const headers = { 'development-user-id': 'somebody' };

  it('is a credential with every scope for tenant default in development mode, which is loudly logged', async () => {
    await runWith({ DEVELOPMENT_MODE: 'true' });
    const me = await service.call('GET', '/api/me', { key: null, headers });
    expect(me.body).toMatchObject({ tenantId: 'default', actor: 'development-user:somebody' });
    expect(me.body['scopes']).toHaveLength(6);
    expect((await list(headers)).status).toBe('OK');
    expect((await service.call('GET', '/api/me', { key: 'wrong', headers })).status).toBe(401);
    expect(service.logLines.some((line) => /"level":"warn".*"development_mode\./.test(line))).toBe(true);
  });

  it('means nothing otherwise', async () => {
    await runWith({});
    expect((await service.call('GET', '/api/me', { key: null, headers })).status).toBe(401);
    expect((await list(headers)).status).toBe('UNAUTHENTICATED');
  });
});

describe('pages of other origins', () => {
  const origin = 'https://console.example.test';
  const preflight = { origin, 'access-control-request-method': 'PATCH', 'access-control-request-headers': 'if-match' };
  const ask = async (method: string, headers: Record<string, string>, path = '/api/hooks'): Promise<Response> =>
    fetch(`${service.httpUrl}${path}`, { method, headers });
  const allowed = (response: Response): string | null => response.headers.get('access-control-allow-origin');

  it('cannot call the API by default', async () => {
    await runWith({});
    expect((await ask('OPTIONS', preflight)).status).toBe(401);
    for (const method of ['OPTIONS', 'GET']) {
      const { headers } = await ask(method, { ...preflight, ...bearer(service.apiKey) });
      expect([...headers.keys()].filter((name) => name.startsWith('access-control-'))).toEqual([]);
    }
  });

  it('can where the operator names their origin, and no other', async () => {
    await runWith({ CORS_ORIGINS: `https://other.test, ${origin}` });
    const answer = await ask('OPTIONS', preflight);
    expect(answer.status).toBe(204);
    expect(allowed(answer)).toBe(origin);
    expect(answer.headers.get('access-control-allow-headers')).toContain('if-match');
    expect(answer.headers.get('access-control-allow-credentials')).toBeNull();
    const listed = await ask('GET', { origin, ...bearer(service.apiKey) });
    expect([listed.status, allowed(listed)]).toEqual([200, origin]);
    expect(listed.headers.get('access-control-expose-headers')).toContain('total-number');
    const refused = await ask('GET', { origin });
    expect([refused.status, allowed(refused)]).toEqual([401, origin]);
    for (const stranger of ['https://evil.test', `${origin}.evil.test`, 'null']) {
      expect(allowed(await ask('OPTIONS', { ...preflight, origin: stranger }))).toBeNull();
    }
  });
});

describe('the headers of every answer', () => {
  it('close what browsers leave open, and name the origin people sign in at', async () => {
    await runWith({
      PUBLIC_URL: 'https://hooks.example.test',
      CONSOLE_OIDC_ISSUER: 'https://login.example.test/oidc',
      CONSOLE_OIDC_CLIENT_ID: 'console',
      CONSOLE_OIDC_SCOPES: 'openid webhooks:read',
    });
    const api = await service.call('GET', '/api/me');
    expect(api.headers.get('content-security-policy')).toBe("default-src 'none'; frame-ancestors 'none'");
    expect(api.headers.get('cache-control')).toBe('no-store');
    const page = await service.call('GET', '/console-config.json', { key: null });
    expect(page.headers.get('content-security-policy')).toContain("connect-src 'self' https://login.example.test;");
    for (const { headers } of [api, page]) {
      expect(headers.get('strict-transport-security')).toBe('max-age=31536000');
      expect(headers.get('x-content-type-options')).toBe('nosniff');
    }
    expect(page.body).toEqual({
      oidc: { issuer: 'https://login.example.test/oidc', clientId: 'console', scopes: ['openid', 'webhooks:read'] },
    });
  });

  it('let the page talk to nobody but us while people sign in with API keys, and speak of no https they do not have', async () => {
    await runWith({});
    const page = await service.call('GET', '/console-config.json', { key: null });
    expect(page.body).toEqual({});
    expect(page.headers.get('content-security-policy')).toContain("connect-src 'self';");
    expect(page.headers.get('strict-transport-security')).toBeNull();
  });
});
