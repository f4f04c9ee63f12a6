import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { HistoryEntry } from '../../application/read-history.ts';
import { RunningConfigService } from '../../../testing/running-config-service.ts';

let service: RunningConfigService;
beforeAll(async () => {
  service = await RunningConfigService.start();
});
afterAll(async () => {
  await service?.stop();
});

const url = 'http://127.0.0.1:8099/hook';
const history = async (id: string, query = '', key?: string) =>
  service.call<HistoryEntry[]>('GET', `/api/hooks/${id}/history${query}`, key === undefined ? {} : { key });

describe('GET /api/hooks/:id/history', () => {
  it('says who changed what and when, newest first, without any secret, also after the deletion', async () => {
    const secret = 'plain-header-secret-0123456789';
    const made = await service.makeWebhook({ name: 'a', config: { url, headers: { 'x-key': secret } } });
    const rotated = await service.call<{ signingKey: string }>('PATCH', `/api/hooks/${made.id}/signing-key`);
    await service.call('PATCH', `/api/hooks/${made.id}`, {
      body: { name: 'b', enabled: false, config: { url, headers: { 'x-key': `${secret}2` } } },
    });
    await service.call('DELETE', `/api/hooks/${made.id}`);
    const { status, body, headers } = await history(made.id);
    expect(status).toBe(200);
    expect(headers.get('total-number')).toBe('6');
    expect(body.map(({ version, type }) => [version, type])).toEqual([
      [6, 'Deleted'],
      [5, 'Disabled'],
      [4, 'HeadersChanged'],
      [3, 'Renamed'],
      [2, 'SigningKeyRotated'],
      [1, 'Created'],
    ]);
    for (const entry of body) {
      expect(entry).toMatchObject({ actor: { kind: 'api-key', id: 'bootstrap' }, at: expect.any(Number) });
    }
    expect(body[3]?.changes).toEqual([{ field: 'name', from: 'a', to: 'b' }]);
    expect(body[2]?.changes).toEqual([{ field: 'config.headers.x-key', from: '***', to: '***' }]);
    for (const plain of [secret, made.signingKey, rotated.body.signingKey, 'v1.k1.']) {
      expect(JSON.stringify(body)).not.toContain(plain);
    }
  });

  it('tells every page as the whole tells it', async () => {
    const { id } = await service.makeWebhook({ name: 'n0' });
    for (let round = 1; round <= 4; round++) {
      const changes = { name: `n${round}`, enabled: round % 2 === 0, config: { url: `${url}/${round}` } };
      await service.call('PATCH', `/api/hooks/${id}`, { body: changes });
      await service.call('PATCH', `/api/hooks/${id}/signing-key`);
    }
    const whole = await history(id, '?page_size=100');
    expect(whole.body).toHaveLength(17);
    for (const pageSize of [1, 3, 7]) {
      const pages: HistoryEntry[] = [];
      for (let page = 1; page <= Math.ceil(17 / pageSize); page++) {
        const answer = await history(id, `?page=${page}&page_size=${pageSize}`);
        expect(answer.headers.get('link')).toContain('rel="last"');
        pages.push(...answer.body);
      }
      expect(pages).toEqual(whole.body);
    }
    expect((await history(id, '?page=99')).body).toEqual([]);
    expect(await history(id, '?page=1000000000')).toMatchObject({ status: 200, body: [] });
  });

  it("is nobody else's, and of no other webhook", async () => {
    const { id } = await service.makeWebhook();
    const stranger = await service.makeKey('other', ['webhooks:read']);
    for (const answer of [await history(id, '', stranger), await history('0'.repeat(21)), await history('nonsense')]) {
      expect(answer).toMatchObject({ status: 404, body: { code: 'entity.not_exists_with_id' } });
    }
    expect(await history(id, '?page=0')).toMatchObject({ status: 400, body: { code: 'guard.invalid_pagination' } });
  });
});
