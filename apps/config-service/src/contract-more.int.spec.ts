/**
 * What contract.md section 5 marks as "more", as a table like `contract.int.spec.ts`: lists by filters, history, test payloads,
 * idempotency, event types, API keys, and what stands below the table. Written from the contract, not from the code.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { HOOK_URL as url, contractTables, invalid, missing, refusal } from './testing/contract-table.ts';
import type { AnyAnswer, Row, World } from './testing/contract-table.ts';
import { routesOf } from './testing/routes-of.ts';
import { RunningConfigService } from './testing/running-config-service.ts';

const table = contractTables();
const ok = { status: 200 };
const sane = { events: ['PostSignIn'], config: { url } };
const names = ({ body }: AnyAnswer): readonly unknown[] =>
  (body as unknown as { readonly name: string }[]).map(({ name }) => name);

const filtered =
  (query: string): Row[1] =>
  async (world) => {
    await world.make({ name: 'Billing one' });
    await world.make({ name: 'billing two', enabled: false });
    await world.make({ name: 'other', events: ['User.Created'] });
    return world.call('GET', `/api/hooks?${query}`);
  };
const found = (query: string, ...wanted: readonly string[]): Row => [
  `200 ?${query}`,
  filtered(query),
  ok,
  (answer) => expect(names(answer)).toEqual(wanted),
];

table('GET /api/hooks by search, enabled, event, health, sort', [
  found('search=BILLING', 'billing two', 'Billing one'),
  found('search=%25'),
  found('enabled=true', 'other', 'Billing one'),
  found('enabled=false', 'billing two'),
  found('event=User.Created', 'other'),
  found('sort=createdAt', 'Billing one', 'billing two', 'other'),
  found('search=billing&enabled=false&event=PostSignIn&sort=name', 'billing two'),
  [
    '200 a page of what is found, with its total',
    filtered('search=billing&page_size=1'),
    ok,
    ({ headers }) => expect(headers.get('total-number')).toBe('2'),
  ],
  ['503 ?health=failing while nobody can tell', filtered('health=failing'), refusal(503, 'service.unavailable')],
  [
    '200 ?sort=-requests newest first, with a warning, while they cannot be counted',
    filtered('sort=-requests'),
    ok,
    (answer) => {
      expect(names(answer)).toEqual(['other', 'billing two', 'Billing one']);
      expect(answer.headers.get('warning')).not.toBeNull();
    },
  ],
  ...['enabled=yes', 'event=', 'health=sick', 'sort=url', `search=${'x'.repeat(257)}`, 'search=a&search=b'].map(
    (query): Row => [
      `400 ?${query.slice(0, 30)}`,
      filtered(query),
      invalid(new RegExp(`^${query.split('=')[0]}: .*expected `)),
    ],
  ),
]);

table('GET /api/hooks/:id/history', [
  [
    '200 who changed what, when, newest first, secrets masked, in pages',
    async (world) => {
      const { id } = await world.make({ name: 'a', config: { url, headers: { 'x-key': 'plain-header-secret' } } });
      await world.call('PATCH', `/api/hooks/${id}`, { name: 'b' });
      return world.call('GET', `/api/hooks/${id}/history`);
    },
    () => ({
      status: 200,
      body: [
        {
          version: 2,
          type: 'Renamed',
          at: expect.any(Number),
          actor: { kind: 'api-key', id: expect.any(String) },
          changes: [{ field: 'name', from: 'a', to: 'b' }],
        },
        { version: 1, type: 'Created' },
      ],
    }),
    ({ body, headers }, { made: [made] }) => {
      expect(headers.get('total-number')).toBe('2');
      for (const secret of ['plain-header-secret', made?.signingKey])
        expect(JSON.stringify(body)).not.toContain(secret);
    },
  ],
  [
    '200 also of a deleted webhook',
    async (world) => {
      const { id } = await world.make();
      await world.call('DELETE', `/api/hooks/${id}`);
      return world.call('GET', `/api/hooks/${id}/history?page_size=1`);
    },
    () => ({ status: 200, body: [{ type: 'Deleted' }] }),
  ],
  [
    '400 guard.invalid_pagination',
    async (world) => world.call('GET', `/api/hooks/${(await world.make()).id}/history?page_size=101`),
    refusal(400, 'guard.invalid_pagination', /^page_size/),
  ],
  ...missing('GET', '/api/hooks/:id/history', 'entity.not_exists_with_id').filter(([title]) => !/deleted/.test(title)),
]);

const tested =
  (body: unknown, headers?: Record<string, string>): Row[1] =>
  async (world) =>
    world.call('POST', `/api/hooks/${(await world.make()).id}/test`, body, headers);

table('POST /api/hooks/:id/test', [
  [
    '422 for a URL inside',
    tested({ ...sane, config: { url: 'https://10.0.0.1/' } }),
    refusal(422, 'hook.send_test_payload_failed', /private/),
  ],
  [
    '422 for a URL that is none',
    tested({ ...sane, config: { url: 'nonsense' } }),
    refusal(422, 'hook.send_test_payload_failed'),
  ],
  ['400 no events', tested({ ...sane, events: [] }), invalid(/^events: /)],
  ['400 an event nobody knows', tested({ ...sane, events: ['No.Such'] }), invalid(/^events\[0\]: /)],
  ['400 no configuration', tested({ events: ['PostSignIn'] }), invalid(/^config: is missing/)],
  ['503 while nobody can send it', tested(sane), refusal(503, 'service.unavailable')],
  ...missing('POST', '/api/hooks/:id/test', 'entity.not_exists_with_id', sane),
]);

const once =
  (second: unknown, key = 'key-1'): Row[1] =>
  async (world) => {
    await world.call('POST', '/api/hooks', sane, { 'idempotency-key': 'key-1' });
    return world.call('POST', '/api/hooks', second, { 'idempotency-key': key });
  };
const webhooksAre =
  (count: number): NonNullable<Row[3]> =>
  async (_, world) =>
    expect((await world.call('GET', '/api/hooks')).body).toHaveLength(count);

table('POST /api/hooks with an Idempotency-Key', [
  ['201 the same again, done once', once(sane), { status: 201 }, webhooksAre(1)],
  ['201 another key is another call', once(sane, 'key-2'), { status: 201 }, webhooksAre(2)],
  ['422 another body', once({ ...sane, name: 'x' }), refusal(422, 'request.idempotency_mismatch'), webhooksAre(1)],
  ['400 a key that is none', once(sane, 'a b'), invalid(/^Idempotency-Key: /), webhooksAre(1)],
]);

const TYPE = { name: 'Invoice.Paid', group: 'Billing', description: 'Paid.', example: { event: 'Invoice.Paid' } };
const typed =
  (method: string, path: string, body?: unknown, headers?: Record<string, string>): Row[1] =>
  async (world) => {
    await world.call('POST', '/api/event-types', TYPE);
    return world.call(method, path, body, headers);
  };
const OWN = '/api/event-types/Invoice.Paid';
const unknownType = (method: string, body?: unknown): readonly Row[] => [
  [
    '404 entity.not_exists_with_id',
    typed(method, '/api/event-types/No.Such', body),
    refusal(404, 'entity.not_exists_with_id'),
  ],
  [
    "404 another tenant's",
    async (world) => {
      await (await world.other()).call('POST', '/api/event-types', TYPE);
      return world.call(method, OWN, body);
    },
    refusal(404, 'entity.not_exists_with_id'),
  ],
];

table('GET /api/event-types', [
  [
    '200 those built in, then own ones',
    typed('GET', '/api/event-types'),
    ok,
    (answer) => {
      expect(names(answer)).toHaveLength(32);
      expect(names(answer).at(-1)).toBe('Invoice.Paid');
    },
  ],
]);
table('POST /api/event-types', [
  [
    '201',
    async (world) => world.call('POST', '/api/event-types', TYPE),
    () => ({ status: 201, body: { ...TYPE, builtIn: false } }),
  ],
  ['409 a name that is taken', typed('POST', '/api/event-types', TYPE), refusal(409, 'entity.conflict')],
  [
    '409 a built-in name',
    typed('POST', '/api/event-types', { ...TYPE, name: 'User.Created', example: {} }),
    refusal(409, 'entity.conflict'),
  ],
  ['400 no name', typed('POST', '/api/event-types', { ...TYPE, name: undefined }), invalid(/^name: /)],
  [
    '400 an example that its schema refuses',
    typed('POST', '/api/event-types', {
      ...TYPE,
      name: 'A.B',
      example: {},
      schema: { type: 'object', required: ['id'] },
    }),
    invalid(/^example: /),
  ],
  [
    '400 a schema that is none',
    typed('POST', '/api/event-types', { ...TYPE, name: 'A.B', example: {}, schema: { type: 7 } }),
    invalid(/^schema: /),
  ],
]);
table('GET /api/event-types/:name', [
  ['200 an own one', typed('GET', OWN), () => ({ status: 200, body: TYPE })],
  [
    '200 a built-in one',
    typed('GET', '/api/event-types/User.Created'),
    () => ({ status: 200, body: { builtIn: true } }),
  ],
  ...unknownType('GET'),
]);
table('PATCH /api/event-types/:name', [
  ['200', typed('PATCH', OWN, { deprecated: true }), () => ({ status: 200, body: { deprecated: true } })],
  ['412', typed('PATCH', OWN, { group: 'x' }, { 'if-match': '"1.0"' }), refusal(412, 'entity.version_mismatch')],
  ['422 nothing to change', typed('PATCH', OWN, {}), refusal(422, 'entity.invalid_input')],
  [
    '409 a built-in one',
    typed('PATCH', '/api/event-types/User.Created', { group: 'x' }),
    refusal(409, 'entity.conflict'),
  ],
  ['400 a name', typed('PATCH', OWN, { name: 'x' }), invalid(/^name: /)],
  ...unknownType('PATCH', { group: 'x' }),
]);
table('DELETE /api/event-types/:name', [
  ['204', typed('DELETE', OWN), () => ({ status: 204 })],
  [
    '409 while a webhook subscribes to it',
    async (world) => {
      await world.call('POST', '/api/event-types', TYPE);
      await world.make({ events: [TYPE.name] });
      return world.call('DELETE', OWN);
    },
    refusal(409, 'entity.conflict', /1 webhook/),
  ],
  ['409 a built-in one', typed('DELETE', '/api/event-types/User.Created'), refusal(409, 'entity.conflict')],
  ...unknownType('DELETE'),
]);

const newKey = async (world: World): Promise<AnyAnswer> =>
  world.call('POST', '/api/api-keys', { name: 'made', scopes: ['webhooks:read'] });
table('POST /api/api-keys', [
  [
    '201 shown once',
    newKey,
    () => ({ status: 201, body: { name: 'made', scopes: ['webhooks:read'], key: expect.any(String) } }),
    async ({ body }, { service }) =>
      expect((await service.call('GET', '/api/hooks', { key: String(body['key']) })).status).toBe(200),
  ],
  [
    '400 no scope',
    async (world) => world.call('POST', '/api/api-keys', { name: 'x', scopes: [] }),
    invalid(/^scopes: /),
  ],
  [
    '400 a scope nobody knows',
    async (world) => world.call('POST', '/api/api-keys', { name: 'x', scopes: ['everything'] }),
    invalid(/^scopes/),
  ],
  [
    '400 a time that is past',
    async (world) => world.call('POST', '/api/api-keys', { name: 'x', scopes: ['ops:read'], expiresAt: 1 }),
    invalid(/^expiresAt: /),
  ],
]);
table('GET /api/api-keys', [
  [
    '200 without the keys themselves',
    async (world) => {
      const { body } = await newKey(world);
      const list = await world.call('GET', '/api/api-keys');
      expect(JSON.stringify(list.body)).not.toContain(body['key']);
      return list;
    },
    ok,
    (answer) => expect(names(answer)).toContain('made'),
  ],
]);
table('DELETE /api/api-keys/:id', [
  [
    '204 and worth nothing any more',
    async (world) => {
      const { body } = await newKey(world);
      const revoked = await world.call('DELETE', `/api/api-keys/${String(body['id'])}`);
      expect((await world.service.call('GET', '/api/hooks', { key: String(body['key']) })).status).toBe(401);
      return revoked;
    },
    () => ({ status: 204 }),
  ],
  [
    '404 entity.not_found',
    async (world) => world.call('DELETE', '/api/api-keys/0123456789ab'),
    refusal(404, 'entity.not_found'),
  ],
]);

/** What monitoring answers is in its own tests. */
const PASSED_ON = /recent-logs|deliver|resend|health|live|logs|ops/;

it('every route of this service has rows in one of the two tables', async () => {
  const service = await RunningConfigService.start();
  const routes = await routesOf(service.environment());
  await service.stop();
  const source = ['contract', 'contract-more'].map((name) =>
    readFileSync(join(import.meta.dirname, `${name}.int.spec.ts`), 'utf8'),
  );
  const titles = [
    ...source.join('').matchAll(/(?:table\(|\[)\s*'((?:GET|POST|PATCH|DELETE) \/[^ ':]*(?:\/?:\w+)*[^ ':]*)/g),
  ];
  const inTables = new Set(titles.map(([, title]) => title));
  const own = routes.filter((route) => !PASSED_ON.test(route));
  expect(own.length).toBeGreaterThan(17);
  expect(own.filter((route) => !inTables.has(route))).toEqual([]);
});
