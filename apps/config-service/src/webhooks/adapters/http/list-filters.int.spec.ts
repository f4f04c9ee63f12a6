import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { inTransaction, rowsOf } from '@signalbox/postgres';
import { SecretBox, parseKeyring } from '@signalbox/secrets';
import { RunningConfigService } from '../../../testing/running-config-service.ts';
import type { MadeWebhook } from '../../../testing/running-config-service.ts';

let service: RunningConfigService;
let key: string;
beforeAll(async () => {
  service = await RunningConfigService.start();
  key = await service.makeKey('lists', ['webhooks:read', 'webhooks:write']);
  await service.makeWebhook({ name: 'Alpha 50%', config: { url: 'http://127.0.0.1:8099/orders' } }, key);
  await service.makeWebhook({ name: 'beta', event: 'User.Created', events: undefined }, key);
  await service.makeWebhook({ name: 'gamma', events: ['User.Created'], event: 'PostSignIn', enabled: false }, key);
});
afterAll(async () => {
  await service?.stop();
});

const list = async (query: string, as = key) => service.call<MadeWebhook[]>('GET', `/api/hooks?${query}`, { key: as });
const names = async (query: string): Promise<string> => (await list(query)).body.map(({ name }) => name).join();

describe('GET /api/hooks with filters', () => {
  it.each([
    ['search=ALPHA', 'Alpha 50%'],
    ['search=50%25', 'Alpha 50%'],
    ['search=_', ''],
    ['search=ORDERS', 'Alpha 50%'],
    ['search=', 'gamma,beta,Alpha 50%'],
    ['enabled=false', 'gamma'],
    ['enabled=true', 'beta,Alpha 50%'],
    ['event=User.Created', 'gamma,beta'],
    ['event=PostSignIn', 'Alpha 50%'],
    ['event=No.Such', ''],
    ['event=User.Created&enabled=true&search=bet', 'beta'],
    ['sort=createdAt', 'Alpha 50%,beta,gamma'],
    ['sort=-name&event=User.Created', 'gamma,beta'],
  ])('?%s answers %j', async (query, expected) => {
    expect(await names(query)).toBe(expected);
  });

  it('finds a webhook by its id, and keeps the filters in Total-Number and links', async () => {
    const [gamma] = (await list('search=gamma')).body;
    expect(await names(`search=${gamma?.id}`)).toBe('gamma');
    const page = await list('event=User.Created&sort=name&page=1&page_size=1');
    expect([page.body.map(({ name }) => name), page.headers.get('total-number')]).toEqual([['beta'], '2']);
    expect(page.headers.get('link')).toContain('event=User.Created&sort=name&page=2');
  });

  it.each([
    ['enabled=yes', 'enabled'],
    ['sort=id', 'sort'],
    ['health=good', 'health'],
    ['search=a&search=b', 'search'],
    ['search=%00', 'search'],
    [`search=${'x'.repeat(257)}`, 'search'],
    ['event=a/b', 'event'],
  ])('refuses ?%s', async (query, field) => {
    expect(await list(query)).toMatchObject({
      status: 400,
      body: { code: 'guard.invalid_input', details: [{ field }] },
    });
  });

  it('says that health is not known while monitoring is away, and sorts by time with a warning then', async () => {
    expect(await list('health=idle')).toMatchObject({ status: 503, body: { code: 'service.unavailable' } });
    const sorted = await list('sort=-requests');
    expect(sorted.body.map(({ name }) => name)).toEqual(['gamma', 'beta', 'Alpha 50%']);
    expect(sorted.headers.get('warning')).toContain('199');
  });

  it('answers by an index with 10,000 webhooks in the tenant', async () => {
    const big = await service.makeKey('big', ['webhooks:read']);
    await fill('big', 10_000);
    const queries = [
      '',
      'search=name-9999',
      'search=nothing-like-it',
      'enabled=false',
      'event=User.Deleted',
      'sort=name',
      'sort=-name&enabled=true',
      'sort=createdAt&page=50',
    ];
    for (const query of queries) {
      const { status } = await list(`${query}&page_size=100`, big);
      expect([query, status]).toEqual([query, 200]);
    }
    expect(await list('sort=requests', big)).toMatchObject({
      status: 400,
      body: { details: [{ field: 'health or sort' }] },
    });
    const plan = async (where: string): Promise<string> =>
      JSON.stringify(
        await rowsOf(service.dataSource, `EXPLAIN SELECT id FROM webhook WHERE tenant_id = 'big' ${where}`),
      );
    await rowsOf(service.dataSource, 'ANALYZE webhook');
    expect(await plan("AND events @> ARRAY['User.Deleted']")).toContain('webhook_events');
    expect(await plan('ORDER BY name, created_at_ms, created_order LIMIT 100')).toContain('webhook_by_name');
    expect(await plan('ORDER BY created_at_ms DESC, created_order DESC LIMIT 100')).toContain('webhook_newest_first');
  }, 60_000);
});

/** Rows alone: a list reads nothing else. Every hundredth is disabled and sent another event. */
async function fill(tenantId: string, count: number): Promise<void> {
  const box = new SecretBox(parseKeyring(service.keyring));
  const rows = Array.from({ length: count }, (_, index) => {
    const id = `w${String(index).padStart(20, '0')}`;
    const keys = [{ sealed: box.seal('k'.repeat(32), id), createdAtMs: index, honouredUntilMs: null }];
    return { id, index, keys: JSON.stringify(keys) };
  });
  await inTransaction(service.dataSource, async (manager) =>
    rowsOf(
      manager,
      `INSERT INTO webhook (id, tenant_id, version, name, events, url, policy, signing_keys, enabled, created_at_ms)
       SELECT id, $1, 1, 'name-' || index, ARRAY[CASE index % 100 WHEN 0 THEN 'User.Deleted' ELSE 'PostSignIn' END],
         'https://example.com/' || index, '{}', keys, index % 100 <> 0, index
       FROM unnest($2::text[], $3::int[], $4::jsonb[]) AS row (id, index, keys)`,
      [tenantId, rows.map(({ id }) => id), rows.map(({ index }) => index), rows.map(({ keys }) => keys)],
    ),
  );
}
