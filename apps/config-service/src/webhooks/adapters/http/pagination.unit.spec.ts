import { describe, expect, it } from '@jest/globals';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { pageWindowOf } from '../answers/page-window.ts';
import { paginationHeaders } from './pagination.ts';
import { publicListener } from '../../../http/public-listener.ts';

async function linkSeenBy(headers: Record<string, string>, publicUrl?: string): Promise<string> {
  const fastify = publicListener({ publicUrl }).getInstance<FastifyInstance>();
  fastify.get('/api/hooks', async (request: FastifyRequest) => {
    const window = pageWindowOf({ page: '1' });
    return window === undefined ? '' : paginationHeaders(request, window, 1)['link'];
  });
  const { body } = await fastify.inject({ method: 'GET', url: '/api/hooks?page=1', headers });
  return body;
}

describe('a link in an answer', () => {
  it('begins with the origin that the operator names, whatever a caller or a proxy says', async () => {
    const headers = { host: 'evil.test', 'x-forwarded-host': 'evil.test', 'x-forwarded-proto': 'http' };
    const link = await linkSeenBy(headers, 'https://hooks.example.com');
    expect(link).toContain('<https://hooks.example.com/api/hooks?page=1&page_size=20>; rel="first"');
    expect(link).not.toContain('evil');
  });

  it('begins as the caller reached us where he names none, without what could not be a host', async () => {
    expect(await linkSeenBy({ host: '10.0.0.9:3001' })).toContain('<http://10.0.0.9:3001/api/hooks?');
    expect(await linkSeenBy({ host: '[::1]:3001' })).toContain('<http://[::1]:3001/api/hooks?');
    expect(await linkSeenBy({ host: 'a/b?c' })).toContain('<http://localhost/api/hooks?');
  });
});
