import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { IDENTITY_HEADER, identityKeyFrom, isRefused, issueIdentity, verifyIdentity } from '@signalbox/identity';
import type { IdentityAudience } from '@signalbox/identity';
import type { Scope } from './access/access.ts';
import { SCOPES } from './access/access.ts';
import { routesOf } from './testing/routes-of.ts';
import { RPCS, RpcCaller } from './testing/rpc-caller.ts';
import { RunningConfigService } from './testing/running-config-service.ts';

/** What the paths and messages of a case name; all of tenant `default`. */
interface Things {
  readonly webhook: string;
  readonly apiKey: string;
  readonly eventType: string;
}

interface Case {
  /** `any`: a valid credential is enough. */
  readonly scope: Scope | 'any';
  /**
   * What another tenant meets who names our things: `nothing` there, or only what is its `own`, as with all that is passed on
   * `in its name` to monitoring, which knows whose a delivery is.
   */
  readonly stranger: 'nothing' | 'own' | 'in its name';
  readonly body?: object;
}

const HOOK = { events: ['PostSignIn'], config: { url: 'http://127.0.0.1:8099/hook' } };
const read = (stranger: Case['stranger'], scope: Case['scope'] = 'webhooks:read'): Case => ({ scope, stranger });
const write = (stranger: Case['stranger'], body?: object, scope: Case['scope'] = 'webhooks:write'): Case => ({
  scope,
  stranger,
  ...(body !== undefined && { body }),
});

const PUBLIC = ['GET /console-config.json'];

/** A new route belongs here. */
const ROUTES: Readonly<Record<string, Case>> = {
  'GET /api/me': read('own', 'any'),
  'GET /api/hooks': read('own'),
  'POST /api/hooks': write('own', HOOK),
  'GET /api/hooks/:id': read('nothing'),
  'PATCH /api/hooks/:id': write('nothing', { name: 'changed' }),
  'DELETE /api/hooks/:id': write('nothing'),
  'PATCH /api/hooks/:id/signing-key': write('nothing', {}),
  'GET /api/hooks/:id/signing-keys': read('nothing'),
  'GET /api/hooks/:id/history': read('nothing'),
  'POST /api/hooks/:id/test': write('nothing', HOOK),
  'GET /api/event-types': read('own'),
  'POST /api/event-types': write('own', { name: 'Further.Thing', group: 'Ours', description: 'x', example: {} }),
  'GET /api/event-types/:name': read('nothing'),
  'PATCH /api/event-types/:name': write('nothing', { description: 'changed' }),
  'DELETE /api/event-types/:name': write('nothing'),
  'GET /api/api-keys': read('own', 'ops:read'),
  'POST /api/api-keys': write('own', { name: 'x', scopes: ['ops:write'] }, 'ops:write'),
  'DELETE /api/api-keys/:id': write('nothing', undefined, 'ops:write'),
  'GET /api/hooks/:id/recent-logs': read('nothing', 'deliveries:read'),
  'GET /api/hooks/:id/deliveries': read('nothing', 'deliveries:read'),
  'GET /api/hooks/:id/deliveries/:deliveryId': read('nothing', 'deliveries:read'),
  'GET /api/hooks/:id/health': read('nothing', 'deliveries:read'),
  'GET /api/hooks/:id/live': read('nothing', 'deliveries:read'),
  'GET /api/hooks/:id/resends': read('nothing', 'deliveries:read'),
  'GET /api/hooks/:id/resends/:resendId': read('nothing', 'deliveries:read'),
  'POST /api/hooks/:id/deliveries/:deliveryId/resend': write('nothing', {}, 'deliveries:resend'),
  'POST /api/hooks/:id/resends': write('nothing', {}, 'deliveries:resend'),
  'DELETE /api/hooks/:id/resends/:resendId': write('nothing', undefined, 'deliveries:resend'),
  'GET /api/logs/:id': read('in its name', 'deliveries:read'),
  'GET /api/live': read('in its name', 'deliveries:read'),
  'GET /api/health': read('in its name', 'deliveries:read'),
  'GET /api/ops/*': read('in its name', 'ops:read'),
  'GET /api/ops/webhooks': read('in its name', 'ops:read'),
  'POST /api/ops/*': write('in its name', {}, 'ops:write'),
};

interface RpcCase {
  /** `internal`: for our own services alone, by their identity. */
  readonly scope: Scope | 'internal';
  readonly stranger: 'nothing' | 'own';
  readonly message: (things: Things) => object;
}

const target = ({ webhook }: Things): object => ({ id: webhook });

/** A new RPC belongs here. */
const RPC_CASES: Readonly<Record<string, RpcCase>> = {
  '/signalbox.config.v1.Webhooks/CreateWebhook': { scope: 'webhooks:write', stranger: 'own', message: () => HOOK },
  '/signalbox.config.v1.Webhooks/GetWebhook': { scope: 'webhooks:read', stranger: 'nothing', message: target },
  '/signalbox.config.v1.Webhooks/ListWebhooks': { scope: 'webhooks:read', stranger: 'own', message: () => ({}) },
  '/signalbox.config.v1.Webhooks/ListSigningKeys': { scope: 'webhooks:read', stranger: 'nothing', message: target },
  '/signalbox.config.v1.Webhooks/ListHistory': { scope: 'webhooks:read', stranger: 'nothing', message: target },
  '/signalbox.config.v1.Webhooks/WatchWebhooks': { scope: 'webhooks:read', stranger: 'own', message: () => ({}) },
  '/signalbox.config.v1.Webhooks/UpdateWebhook': {
    scope: 'webhooks:write',
    stranger: 'nothing',
    message: ({ webhook }) => ({ id: webhook, name: 'changed' }),
  },
  '/signalbox.config.v1.Webhooks/DeleteWebhook': { scope: 'webhooks:write', stranger: 'nothing', message: target },
  '/signalbox.config.v1.Webhooks/TestWebhook': {
    scope: 'webhooks:write',
    stranger: 'nothing',
    message: ({ webhook }) => ({ id: webhook, ...HOOK }),
  },
  '/signalbox.config.v1.Webhooks/RotateSigningKey': { scope: 'webhooks:write', stranger: 'nothing', message: target },
  '/signalbox.config.v1.ReceiverSteering/DisableByReceiver': {
    scope: 'internal',
    stranger: 'nothing',
    message: ({ webhook }) => ({
      tenantId: 'default',
      webhookId: webhook,
      epoch: 1,
      version: 1,
      deliveryId: '00000000-0000-5000-8000-000000000000',
      reason: 'it answered 410',
    }),
  },
};

/** In monitoring's place: answers everything, and remembers in whose name it was asked. */
const asked: string[] = [];
const monitoring: Server = createServer((request, response) => {
  asked.push(String(request.headers[IDENTITY_HEADER]));
  response.writeHead(200, { 'content-type': 'application/json' }).end('{"webhooks":[]}');
});

let service: RunningConfigService;
let rpc: RpcCaller;
let stranger: string;
beforeAll(async () => {
  monitoring.listen(0, '127.0.0.1');
  await once(monitoring, 'listening');
  const { port } = monitoring.address() as AddressInfo;
  service = await RunningConfigService.start({ monitoringUrl: `http://127.0.0.1:${port}` });
  rpc = new RpcCaller(service.grpcUrl);
  stranger = await service.makeKey('other', SCOPES);
});
afterAll(async () => {
  await service?.stop();
  monitoring.closeAllConnections();
  monitoring.close();
});

/** A case may change or delete them, so each gets its own. */
async function makeThings(): Promise<Things> {
  const { id: webhook } = await service.makeWebhook();
  const { body: key } = await service.call<{ readonly id: string }>('POST', '/api/api-keys', {
    body: { name: 'x', scopes: ['ops:read'] },
  });
  const eventType = `Own.Thing${webhook}`;
  await service.call('POST', '/api/event-types', {
    body: { name: eventType, group: 'Ours', description: 'x', example: {} },
  });
  return { webhook, apiKey: key.id, eventType };
}

function callOf(route: string, things: Things): readonly [method: string, path: string] {
  const [method = '', pattern = ''] = route.split(' ');
  const path = pattern
    .replace(/^(\/api\/api-keys\/):id/, `$1${things.apiKey}`)
    .replace(/^(\/api\/hooks\/):id/, `$1${things.webhook}`)
    .replace(':name', things.eventType)
    .replace('*', method === 'POST' ? 'dead-letters/x/redrive' : 'lag')
    .replaceAll(/:\w+/g, 'some-id');
  return [method, path];
}

const allBut = (scope: string): readonly Scope[] => SCOPES.filter((other) => other !== scope);

describe('every route', () => {
  it('has a case here', async () => {
    const routes = await routesOf(service.environment());
    expect(routes.toSorted()).toEqual([...Object.keys(ROUTES), ...PUBLIC].toSorted());
  });

  it.each(PUBLIC)('%s is open, and for that alone', async (route) => {
    const [method, path] = callOf(route, { webhook: '', apiKey: '', eventType: '' });
    expect((await service.call(method, path, { key: null })).status).toBe(200);
  });

  it.each(Object.entries(ROUTES))('%s asks who calls, what he may, and whose it is', async (route, known) => {
    const things = await makeThings();
    const [method, path] = callOf(route, things);
    const { body, scope } = known;
    const call = async (key: string | null) =>
      service.call<unknown>(method, path, { key, ...(body !== undefined && { body }) });
    const before = await service.call('GET', `/api/hooks/${things.webhook}`);
    asked.length = 0;

    expect(await call(null)).toMatchObject({ status: 401, body: { code: 'auth.unauthorized' } });
    expect((await call('nobody-knows-this-key-0123456789-x')).status).toBe(401);
    if (scope !== 'any') {
      const tooLittle = await service.makeKey('default', allBut(scope));
      expect(await call(tooLittle)).toMatchObject({ status: 403, body: { code: 'auth.forbidden', data: { scope } } });
    }
    expect(asked).toEqual([]);

    const foreign = await call(stranger);
    if (known.stranger === 'nothing') {
      expect(foreign.status).toBe(404);
      expect(asked).toEqual([]);
    } else {
      expect(foreign.status).toBeLessThan(300);
      for (const thing of Object.values(things)) expect(JSON.stringify(foreign.body)).not.toContain(thing);
    }
    if (known.stranger === 'in its name') {
      const identity = await verifyIdentity(identityKeyFrom(service.identityKey), asked[0], 'monitoring');
      expect(identity).toMatchObject({ tenantId: 'other' });
    }
    expect((await service.call('GET', `/api/hooks/${things.webhook}`)).body).toEqual(before.body);

    const enough = await service.makeKey('default', scope === 'any' ? [] : [scope]);
    expect([401, 403, 404]).not.toContain((await call(enough)).status);
  });
});

describe('every RPC', () => {
  const bearer = (key: string): Record<string, string> => ({ authorization: `Bearer ${key}` });

  it('has a case here', () => {
    expect(RPCS.toSorted()).toEqual(Object.keys(RPC_CASES).toSorted());
  });

  const ofCallers = Object.entries(RPC_CASES).filter(([, { scope }]) => scope !== 'internal');
  it.each(ofCallers)('%s asks who calls, what he may, and whose it is', async (path, known) => {
    const things = await makeThings();
    const message = known.message(things);
    expect((await rpc.call(path, message)).status).toBe('UNAUTHENTICATED');
    expect((await rpc.call(path, message, bearer('nobody-knows-this-key'))).status).toBe('UNAUTHENTICATED');
    const tooLittle = await service.makeKey('default', allBut(known.scope));
    expect(await rpc.call(path, message, bearer(tooLittle))).toMatchObject({
      status: 'PERMISSION_DENIED',
      errorCode: 'auth.forbidden',
    });
    const foreign = await rpc.call(path, message, bearer(stranger));
    expect(foreign.status).toBe(known.stranger === 'nothing' ? 'NOT_FOUND' : 'OK');
    expect(JSON.stringify(foreign.message ?? {})).not.toContain(things.webhook);
    const enough = await service.makeKey('default', [known.scope as Scope]);
    const answer = await rpc.call(path, message, bearer(enough));
    expect(['UNAUTHENTICATED', 'PERMISSION_DENIED', 'NOT_FOUND', 'UNIMPLEMENTED']).not.toContain(answer.status);
  });

  const internal = Object.entries(RPC_CASES).filter(([, { scope }]) => scope === 'internal');
  it.each(internal)(
    '%s is for our own services, whose identity is made for us, now, and for that tenant',
    async (path, known) => {
      const message = known.message(await makeThings());
      const ours = identityKeyFrom(service.identityKey);
      const identity = async (
        options: { key?: typeof ours; tenantId?: string; audience?: IdentityAudience; atMs?: number } = {},
      ): Promise<Record<string, string>> => {
        const { key = ours, tenantId = 'default', audience = 'config-service', atMs } = options;
        return {
          [IDENTITY_HEADER]: await issueIdentity(key, { tenantId, actor: 'sender', scopes: [] }, audience, atMs),
        };
      };
      const statusOf = async (headers: Record<string, string>): Promise<string> =>
        (await rpc.call(path, message, headers)).status;
      expect(await statusOf({})).toBe('UNAUTHENTICATED');
      expect(await statusOf(bearer(service.apiKey))).toBe('UNAUTHENTICATED');
      expect(await statusOf(await identity({ key: identityKeyFrom(Buffer.alloc(32, 9)) }))).toBe('UNAUTHENTICATED');
      expect(await statusOf(await identity({ audience: 'monitoring' }))).toBe('UNAUTHENTICATED');
      expect(await statusOf(await identity({ atMs: Date.now() - 40_000 }))).toBe('UNAUTHENTICATED');
      expect(await statusOf(await identity({ tenantId: 'other' }))).toBe('PERMISSION_DENIED');
      expect(await statusOf(await identity())).toBe('OK');
    },
  );
});

describe('the identity the door vouches with', () => {
  it('is worth nothing to another service, under another key, altered, or 40 seconds later', async () => {
    asked.length = 0;
    await service.call('GET', '/api/health');
    const [token = ''] = asked;
    const key = identityKeyFrom(service.identityKey);
    const [head = '', payload = '', signature = ''] = token.split('.');
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as object;
    const altered = Buffer.from(JSON.stringify({ ...claims, tenant: 'other' })).toString('base64url');
    const refusals = [
      await verifyIdentity(key, token, 'dispatcher'),
      await verifyIdentity(key, token, 'config-service'),
      await verifyIdentity(identityKeyFrom(Buffer.alloc(32, 9)), token, 'monitoring'),
      await verifyIdentity(key, `${head}.${altered}.${signature}`, 'monitoring'),
      await verifyIdentity(key, token, 'monitoring', Date.now() + 40_000),
      await verifyIdentity(key, undefined, 'monitoring'),
    ];
    expect(refusals.map(isRefused)).toEqual([true, true, true, true, true, true]);
    expect(isRefused(await verifyIdentity(key, token, 'monitoring'))).toBe(false);
  });

  it('is no credential at the door itself', async () => {
    asked.length = 0;
    await service.call('GET', '/api/health');
    const headers = { [IDENTITY_HEADER]: asked[0] ?? '' };
    expect((await service.call('GET', '/api/me', { key: null, headers })).status).toBe(401);
    expect((await service.call('GET', '/api/me', { key: asked[0] ?? '' })).status).toBe(401);
    // Nor is one that a caller brings passed on in the place of ours.
    await service.call('GET', '/api/health', { key: stranger, headers });
    const identity = await verifyIdentity(identityKeyFrom(service.identityKey), asked.at(-1), 'monitoring');
    expect(identity).toMatchObject({ tenantId: 'other' });
  });
});
