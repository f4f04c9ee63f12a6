import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { rowsOf } from '@signalbox/postgres';
import { RunningConfigService } from '../../../testing/running-config-service.ts';
import type { ApiKeyView } from './api-keys.controller.ts';

type Made = ApiKeyView & { readonly key: string };

let service: RunningConfigService;
beforeAll(async () => {
  service = await RunningConfigService.start();
});
afterAll(async () => service?.stop());

const make = async (body: Record<string, unknown>, key?: string) =>
  service.call<Made>('POST', '/api/api-keys', { body, ...(key !== undefined && { key }) });
const statusOf = async (key: string): Promise<number> => (await service.call('GET', '/api/me', { key })).status;

describe('API keys', () => {
  it('are shown once, are usable with their scopes in their tenant, and are listed without the key', async () => {
    const before = Date.now();
    const expiresAt = before + 3_600_000;
    const made = await make({ name: 'of a test', scopes: ['ops:read', 'ops:read', 'webhooks:read'], expiresAt });
    expect(made.status).toBe(201);
    const { key, ...view } = made.body;
    expect(view).toEqual({
      id: expect.any(String),
      tenantId: 'default',
      name: 'of a test',
      prefix: `sbk_${view.id}`,
      scopes: ['ops:read', 'webhooks:read'],
      createdAt: expect.any(Number),
      expiresAt,
      lastUsedAt: null,
      revokedAt: null,
    });
    expect(key).toMatch(new RegExp(`^${view.prefix}_[\\w-]{43}$`));
    const me = await service.call('GET', '/api/me', { key });
    expect(me.body).toEqual({ tenantId: 'default', actor: `api-key:${view.id}`, scopes: view.scopes });
    const list = await service.call<ApiKeyView[]>('GET', '/api/api-keys', { key });
    expect(list.body.map(({ id }) => id)).toEqual([view.id, 'bootstrap']);
    expect(list.body[0]).toEqual(view);
    expect(JSON.stringify(list.body)).not.toContain(key);
    const kept = JSON.stringify(await rowsOf(service.dataSource, 'SELECT * FROM api_key'));
    expect(kept).not.toContain(key.slice(view.prefix.length + 1));
    expect(service.logLines.join('')).not.toContain(key.slice(view.prefix.length + 1));
  });

  it('are worth nothing from the answer of their revocation on, and stay in the list', async () => {
    const { body } = await make({ name: 'to go', scopes: ['ops:read'] });
    expect(await statusOf(body.key)).toBe(200);
    expect((await service.call('DELETE', `/api/api-keys/${body.id}`)).status).toBe(204);
    expect(await statusOf(body.key)).toBe(401);
    expect((await service.call('DELETE', `/api/api-keys/${body.id}`)).status).toBe(204);
    const list = await service.call<ApiKeyView[]>('GET', '/api/api-keys');
    expect(list.body.find(({ id }) => id === body.id)?.revokedAt).toEqual(expect.any(Number));
  });

  it('are given no scope that their maker lacks', async () => {
    const weak = await service.makeKey('default', ['ops:write', 'webhooks:read']);
    expect((await make({ name: 'x', scopes: ['webhooks:read'] }, weak)).status).toBe(201);
    const refused = await make({ name: 'x', scopes: ['webhooks:read', 'webhooks:write'] }, weak);
    expect(refused).toMatchObject({ status: 403, body: { code: 'auth.forbidden', data: { scope: 'webhooks:write' } } });
  });

  it('need ops:read to be seen and ops:write to be changed', async () => {
    const reader = await service.makeKey('default', ['ops:read']);
    const writer = await service.makeKey('default', ['ops:write']);
    expect((await service.call('GET', '/api/api-keys', { key: reader })).status).toBe(200);
    expect((await make({ name: 'x', scopes: ['ops:read'] }, reader)).status).toBe(403);
    expect((await service.call('DELETE', '/api/api-keys/0123456789ab', { key: reader })).status).toBe(403);
    expect((await service.call('GET', '/api/api-keys', { key: writer })).status).toBe(403);
  });

  it('are seen and revoked by their own tenant only', async () => {
    const { body } = await make({ name: 'of default', scopes: ['ops:read'] });
    const stranger = await service.makeKey('other', ['ops:read', 'ops:write']);
    const list = await service.call<ApiKeyView[]>('GET', '/api/api-keys', { key: stranger });
    expect(list.body.map(({ tenantId }) => tenantId)).toEqual(['other']);
    for (const id of [body.id, 'bootstrap']) {
      const answer = await service.call('DELETE', `/api/api-keys/${id}`, { key: stranger });
      expect(answer).toMatchObject({ status: 404, body: { code: 'entity.not_found' } });
    }
    expect(await statusOf(body.key)).toBe(200);
  });

  it('expire', async () => {
    const { body } = await make({ name: 'short', scopes: ['ops:read'], expiresAt: Date.now() + 60_000 });
    await rowsOf(service.dataSource, 'UPDATE api_key SET expires_at_ms = $2 WHERE id = $1', [body.id, Date.now()]);
    expect(await statusOf(body.key)).toBe(401);
  });

  it.each([
    [{ scopes: ['ops:read'] }, 'name'],
    [{ name: '', scopes: ['ops:read'] }, 'name'],
    [{ name: 'a\u0000b', scopes: ['ops:read'] }, 'name'],
    [{ name: 'x', scopes: [] }, 'scopes'],
    [{ name: 'x', scopes: ['everything'] }, 'scopes'],
    [{ name: 'x', scopes: ['ops:read', 'ops:everything'] }, 'scopes'],
    [{ name: 'x', scopes: 'ops:read' }, 'scopes'],
    [{ name: 'x', scopes: ['ops:read'], expiresAt: 1 }, 'expiresAt'],
    [{ name: 'x', scopes: ['ops:read'], expiresAt: 'tomorrow' }, 'expiresAt'],
    [{ name: 'x', scopes: ['ops:read'], tenantId: 'other' }, 'tenantId'],
  ])('are refused as %j, naming %s', async (body, field) => {
    const answer = await service.call<{ code: string; details: { field: string }[] }>('POST', '/api/api-keys', {
      body,
    });
    expect(answer).toMatchObject({ status: 400, body: { code: 'guard.invalid_input' } });
    expect(answer.body.details.map((detail) => detail.field)).toContain(field);
  });

  it.each(['nothing', '%00', "'", 'a'.repeat(3_000)])('of the id %s are not there', async (id) => {
    expect((await service.call('DELETE', `/api/api-keys/${id}`)).status).toBe(404);
  });

  it('of the environment are replaced there, and not revoked', async () => {
    const answer = await service.call('DELETE', '/api/api-keys/bootstrap');
    expect(answer).toMatchObject({ status: 409, body: { code: 'entity.conflict' } });
  });

  it('of the environment are worth nothing once it names them no longer', async () => {
    const key = await service.makeKey('default', ['ops:read', 'ops:write']);
    await service.pause();
    await service.resume({ env: { BOOTSTRAP_API_KEY: '' } });
    expect(await statusOf(service.apiKey)).toBe(401);
    expect((await service.call('DELETE', '/api/api-keys/bootstrap', { key })).status).toBe(204);
    await service.pause();
    await service.resume();
    expect(await statusOf(service.apiKey)).toBe(200);
  });

  it('have the time of their last use written at the latest when the service stops', async () => {
    const { body } = await make({ name: 'used', scopes: ['ops:read'] });
    expect(await statusOf(body.key)).toBe(200);
    await service.pause();
    await service.resume();
    const list = await service.call<ApiKeyView[]>('GET', '/api/api-keys');
    const used = list.body.find(({ id }) => id === body.id);
    expect(used?.lastUsedAt).toBeGreaterThanOrEqual(body.createdAt);
    expect(list.body.find(({ id }) => id === 'bootstrap')?.lastUsedAt).toEqual(expect.any(Number));
  });
});
