/**
 * contract.md section 5 as a table: every route × answer of this service. Written from the contract, which is the oracle,
 * and not from the code. Each answer is besides held against the OpenAPI document by `RunningConfigService.call`.
 * A new route gets its rows here.
 */
import { expect } from '@jest/globals';
import { SCOPES } from './access/access.ts';
import { HOOK_URL as url, contractTables, invalid, missing, refusal } from './testing/contract-table.ts';
import type { AnyAnswer, Row, World } from './testing/contract-table.ts';
import type { MadeWebhook } from './testing/running-config-service.ts';

const table = contractTables();

const WEBHOOK = {
  id: expect.stringMatching(/^[0-9a-z]{21}$/),
  signingKey: expect.stringMatching(/^[0-9A-Za-z]{32}$/),
  createdAt: expect.any(Number),
};

/** `rel` → `page` and `page_size` of a Link header. */
function linksOf({ headers }: AnyAnswer): Record<string, string> {
  const links = (headers.get('link') ?? '').split(', ').flatMap((link) => {
    const [, target = '', rel = ''] = /^<([^>]+)>; rel="(\w+)"$/.exec(link) ?? [];
    const { pathname, searchParams } = new URL(target);
    expect(pathname).toBe('/api/hooks');
    return [[rel, `${searchParams.get('page')} of ${searchParams.get('page_size')}`]];
  });
  return Object.fromEntries(links) as Record<string, string>;
}

const make = async (world: World, count: number): Promise<void> => {
  for (let index = 0; index < count; index++) await world.make({ name: `webhook ${index}` });
};
const newestFirst = ({ made }: World): readonly string[] => made.map(({ id }) => id).toReversed();
const idsOf = ({ body }: AnyAnswer): readonly string[] => (body as unknown as MadeWebhook[]).map(({ id }) => id);

const page =
  (
    query: string,
    ids: (all: readonly string[]) => readonly string[],
    links: Record<string, string>,
  ): NonNullable<Row[3]> =>
  (answer, world) => {
    expect(idsOf(answer)).toEqual(ids(newestFirst(world)));
    expect(answer.headers.get('total-number')).toBe(String(world.made.length));
    expect([query, linksOf(answer)]).toEqual([query, links]);
  };

const listed =
  (count: number, query = ''): Row[1] =>
  async (world) => {
    await make(world, count);
    return world.call('GET', `/api/hooks${query}`);
  };
const ok = { status: 200 };

table('GET /api/hooks', [
  ['200 an empty list', listed(0), () => ({ status: 200, body: [] })],
  [
    '200 all, newest first, without page headers',
    listed(22),
    ok,
    (answer, world) => {
      expect(idsOf(answer)).toEqual(newestFirst(world));
      expect([answer.headers.get('total-number'), answer.headers.get('link')]).toEqual([null, null]);
    },
  ],
  [
    '200 the first page, of 20 by default',
    listed(21, '?page=1'),
    ok,
    page('page=1', (all) => all.slice(0, 20), { first: '1 of 20', next: '2 of 20', last: '2 of 20' }),
  ],
  [
    '200 the last page',
    listed(21, '?page=2'),
    ok,
    page('page=2', (all) => all.slice(20), { first: '1 of 20', prev: '1 of 20', last: '2 of 20' }),
  ],
  [
    '200 a page between, of the size asked for',
    listed(5, '?page=2&page_size=2'),
    ok,
    page('page=2', (all) => all.slice(2, 4), { first: '1 of 2', prev: '1 of 2', next: '3 of 2', last: '3 of 2' }),
  ],
  [
    '200 page_size alone is the first page',
    listed(3, '?page_size=2'),
    ok,
    page('page_size=2', (all) => all.slice(0, 2), { first: '1 of 2', next: '2 of 2', last: '2 of 2' }),
  ],
  [
    '200 nothing beyond the last page',
    listed(3, '?page=9&page_size=2'),
    ok,
    page('page=9', () => [], { first: '1 of 2', prev: '2 of 2', last: '2 of 2' }),
  ],
  [
    '200 the one page of a tenant without webhooks',
    listed(0, '?page=1'),
    ok,
    page('page=1', () => [], { first: '1 of 20', last: '1 of 20' }),
  ],
  ['200 a page of 100', listed(1, '?page_size=100'), ok],
  ...['page=0', 'page=-1', 'page=x', 'page=1.5', 'page_size=0', 'page_size=101', 'page_size=x'].map((query): Row => [
    `400 guard.invalid_pagination for ${query}`,
    listed(0, `?${query}`),
    refusal(400, 'guard.invalid_pagination', /^page(_size)? .*whole number from 1/),
  ]),
  [
    '200 without stats, and says so, while they cannot be had',
    listed(1, '?includeExecutionStats=true'),
    ok,
    ({ headers, body }) => {
      expect(headers.get('warning')).not.toBeNull();
      expect(body).toEqual([expect.not.objectContaining({ executionStats: expect.anything() })]);
    },
  ],
  [
    '200 without stats where they are not asked for',
    listed(1, '?includeExecutionStats=false'),
    ok,
    ({ headers }) => expect(headers.get('warning')).toBeNull(),
  ],
  [
    '200 not the webhooks of another tenant',
    async (world) => {
      await (await world.other()).make();
      return world.call('GET', '/api/hooks');
    },
    () => ({ status: 200, body: [] }),
  ],
]);

const created =
  (body: unknown): Row[1] =>
  async (world) =>
    world.call('POST', '/api/hooks', body);
const withConfig = (config: object) => ({ events: ['PostSignIn'], config: { url, ...config } });
const sane = withConfig({});
const headers = (count: number, value = 'v') =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`x-${index}`, value]));

/** What is taken comes back as it was sent, now and when it is read. */
const taken = (title: string, body: object): Row => [
  `201 ${title}`,
  created(body),
  () => ({ status: 201, body }),
  async (answer, world) => {
    const read = await world.call('GET', `/api/hooks/${String(answer.body['id'])}`);
    expect(read.body).toEqual(answer.body);
  },
];
const refused = (title: string, body: unknown, message: RegExp): Row => [
  `400 ${title}`,
  created(body),
  invalid(message),
];

table('POST /api/hooks', [
  [
    '201 with the defaults, its id and its key made here',
    created({ events: ['PostSignIn'], config: { url } }),
    (world) => ({ status: 201, body: { tenantId: world.tenantId } }),
    ({ body }, world) => {
      expect(body).toEqual({
        ...WEBHOOK,
        tenantId: world.tenantId,
        name: '',
        event: null,
        events: ['PostSignIn'],
        config: { url },
        enabled: true,
      });
      expect(Math.abs(Date.now() - Number(body['createdAt']))).toBeLessThan(60_000);
    },
  ],
  taken('every setting', {
    name: 'all of it',
    event: 'PostRegister',
    events: ['PostSignIn', 'User.Created'],
    enabled: false,
    config: {
      url,
      headers: { 'X-Key': 'value' },
      retries: 3,
      timeoutMs: 1_000,
      retryPolicy: { preset: 'standard', delaysMs: [1_000, 59_000], maxAgeMs: 60_000 },
      rateLimitPerSecond: 10_000,
      ed25519: true,
    },
  }),
  taken(
    'the least of each setting',
    withConfig({ retries: 0, timeoutMs: 1_000, rateLimitPerSecond: 1, ed25519: false }),
  ),
  taken(
    'the most of each setting',
    withConfig({
      retries: 3,
      timeoutMs: 30_000,
      retryPolicy: { delaysMs: Array(12).fill(50_400_000), maxAgeMs: 604_800_000 },
    }),
  ),
  taken('a name of 256 characters', { ...sane, name: 'ü'.repeat(256) }),
  taken('50 headers', withConfig({ headers: headers(50) })),
  taken('a URL of 2,048', withConfig({ url: `${url}/${'x'.repeat(2_047 - url.length)}` })),
  [
    '201 the legacy event leaves the list empty',
    created({ event: 'PostSignIn', config: { url } }),
    () => ({ status: 201, body: { event: 'PostSignIn', events: [] } }),
  ],
  [
    '201 events made unique, in their order',
    created({ ...sane, events: ['User.Created', 'PostSignIn', 'User.Created'] }),
    () => ({ status: 201 }),
    ({ body }) => expect(body['events']).toEqual(['User.Created', 'PostSignIn']),
  ],
  ['400 hook.missing_events for neither', created({ config: { url } }), refusal(400, 'hook.missing_events', /events/)],
  [
    '400 hook.missing_events for a legacy event that is null',
    created({ event: null, config: { url } }),
    refusal(400, 'hook.missing_events'),
  ],
  refused('an empty list of events', { ...sane, events: [] }, /^events: /),
  refused('an empty list beside the legacy event', { ...sane, event: 'PostSignIn', events: [] }, /^events: /),
  refused('an event nobody knows', { ...sane, events: ['User.Renamed'] }, /^events\[0\]: /),
  refused('a legacy event nobody knows', { config: { url }, event: 'x' }, /^event: /),
  refused('no configuration', { events: ['PostSignIn'] }, /^config: is missing/),
  refused('no URL', { ...sane, config: {} }, /^config\.url: is missing/),
  ...(['id', 'signingKey', 'tenantId', 'createdAt', 'disabledReason', 'executionStats'] as const).map((field) =>
    refused(
      `${field} that is sent`,
      { ...sane, [field]: 'x' },
      new RegExp(`^${field}: is not a field that can be sent`),
    ),
  ),
  refused('an empty name', { ...sane, name: '' }, /^name: .*1 to 256/),
  refused('a name of 257', { ...sane, name: 'x'.repeat(257) }, /^name: .*1 to 256/),
  refused('retries of 4', withConfig({ retries: 4 }), /^config\.retries: is 4; expected a whole number from 0 to 3$/),
  refused('retries of -1', withConfig({ retries: -1 }), /^config\.retries: is -1/),
  refused('a timeout of 999', withConfig({ timeoutMs: 999 }), /^config\.timeoutMs: is 999; .*1000 to 30000/),
  refused('a timeout of 30001', withConfig({ timeoutMs: 30_001 }), /^config\.timeoutMs: is 30001/),
  refused('a rate of 0', withConfig({ rateLimitPerSecond: 0 }), /^config\.rateLimitPerSecond: is 0; .*1 to 10000/),
  refused('a rate of 10001', withConfig({ rateLimitPerSecond: 10_001 }), /^config\.rateLimitPerSecond: /),
  refused('ed25519 that is a number', withConfig({ ed25519: 1 }), /^config\.ed25519: is 1; expected true or false$/),
  refused(
    'another preset',
    withConfig({ retryPolicy: { preset: 'x' } }),
    /^config\.retryPolicy\.preset: .*logto or st/,
  ),
  refused('no delays', withConfig({ retryPolicy: { delaysMs: [] } }), /^config\.retryPolicy\.delaysMs: .*1 to 12/),
  refused(
    '13 delays',
    withConfig({ retryPolicy: { delaysMs: Array(13).fill(1_000) } }),
    /^config\.retryPolicy\.delaysMs/,
  ),
  refused('a delay of 999', withConfig({ retryPolicy: { delaysMs: [999] } }), /^config\.retryPolicy\.delaysMs: /),
  refused(
    'a delay over a day',
    withConfig({ retryPolicy: { delaysMs: [86_400_001] } }),
    /^config\.retryPolicy\.delaysMs/,
  ),
  refused('an age of 59999', withConfig({ retryPolicy: { maxAgeMs: 59_999 } }), /^config\.retryPolicy\.maxAgeMs: /),
  refused(
    'an age over a week',
    withConfig({ retryPolicy: { maxAgeMs: 604_800_001 } }),
    /^config\.retryPolicy\.maxAgeMs/,
  ),
  refused(
    'delays beyond the age',
    withConfig({ retryPolicy: { delaysMs: [60_001], maxAgeMs: 60_000 } }),
    /^config\.retryPo/,
  ),
  refused(
    '51 headers',
    withConfig({ headers: headers(51) }),
    /^config\.headers: there are 51 headers; expected at most 50/,
  ),
  refused('headers beyond 8 KiB', withConfig({ headers: headers(9, 'v'.repeat(1_000)) }), /^config\.headers: .*8192/),
  refused('a reserved header', withConfig({ headers: { Host: 'x' } }), /^config\.headers\.Host: /),
  refused('a URL of 2,049', withConfig({ url: `${url}/${'x'.repeat(2_048 - url.length)}` }), /^config\.url: .*2048/),
  refused('a URL inside', withConfig({ url: 'https://10.0.0.1/' }), /^config\.url: .*private/),
  [
    '413 guard.payload_too_large',
    created({ ...sane, name: 'x'.repeat(262_144) }),
    refusal(413, 'guard.payload_too_large'),
  ],
  [
    '415 guard.unsupported_media_type',
    async (world) => world.call('POST', '/api/hooks', '{}', { 'content-type': 'text/plain' }),
    refusal(415, 'guard.unsupported_media_type'),
  ],
]);

table('GET /api/hooks/:id', [
  [
    '200 with its entity tag',
    async (world) => world.call('GET', `/api/hooks/${(await world.make({ name: 'one' })).id}`),
    ({ made: [webhook] }) => ({ status: 200, body: webhook }),
    ({ headers: answered }) => expect(answered.get('etag')).toBe('"1.1"'),
  ],
  ...missing('GET', '/api/hooks/:id', 'entity.not_exists_with_id'),
]);

const changed =
  (change: unknown, headersOfChange?: Record<string, string>): Row[1] =>
  async (world) => {
    const made =
      world.made[0] ?? (await world.make({ name: 'before', config: { url, retries: 2, headers: { a: 'b' } } }));
    return world.call('PATCH', `/api/hooks/${made.id}`, change, headersOfChange);
  };
const isAsMade = async (world: World): Promise<void> => {
  const { body } = await world.call('GET', `/api/hooks/${world.made[0]?.id}`);
  expect(body).toEqual(world.made[0]);
};

table('PATCH /api/hooks/:id', [
  [
    '200 only what is named changes, the signing key stays',
    changed({ name: 'after' }),
    ({ made: [made] }) => ({ status: 200, body: { ...made, name: 'after' } }),
    ({ headers: answered }) => expect(answered.get('etag')).toBe('"1.2"'),
  ],
  [
    '200 config is replaced as a whole',
    changed({ config: { url: `${url}/b` } }),
    () => ({ status: 200 }),
    ({ body }, { made: [made] }) => expect(body).toEqual({ ...made, config: { url: `${url}/b` } }),
  ],
  ['200 disabled', changed({ enabled: false }), () => ({ status: 200, body: { enabled: false } })],
  [
    '200 other events',
    changed({ events: ['User.Created', 'User.Created'] }),
    () => ({ status: 200, body: { events: ['User.Created'] } }),
  ],
  [
    '200 the legacy event',
    changed({ event: 'PostRegister' }),
    () => ({ status: 200, body: { event: 'PostRegister' } }),
  ],
  ['200 with the version that was read', changed({ name: 'x' }, { 'if-match': '"1.1"' }), ok],
  ['200 with one of several versions', changed({ name: 'x' }, { 'if-match': '"1.9", W/"1.1"' }), ok],
  ['200 with any version', changed({ name: 'x' }, { 'if-match': '*' }), ok],
  [
    '412 entity.version_mismatch',
    changed({ name: 'x' }, { 'if-match': '"1.9"' }),
    refusal(412, 'entity.version_mismatch'),
    (_, world) => isAsMade(world),
  ],
  [
    '412 entity.version_mismatch for the same version of a database that was restored since',
    changed({ name: 'x' }, { 'if-match': '"0.1"' }),
    refusal(412, 'entity.version_mismatch'),
    (_, world) => isAsMade(world),
  ],
  [
    '422 entity.invalid_input for nothing to change',
    changed({}),
    refusal(422, 'entity.invalid_input', /nothing to change/),
  ],
  ['400 no events', changed({ events: [] }), invalid(/^events: /), (_, world) => isAsMade(world)],
  ['400 a configuration without URL', changed({ config: { retries: 1 } }), invalid(/^config\.url: is missing/)],
  ['400 a name that is empty', changed({ name: '' }), invalid(/^name: /)],
  ['400 an id', changed({ id: 'a'.repeat(21) }), invalid(/^id: /)],
  ['400 a signing key', changed({ signingKey: 'x'.repeat(32) }), invalid(/^signingKey: /)],
  ['400 a URL inside', changed({ config: { url: 'https://192.168.0.1/' } }), invalid(/^config\.url: .*private/)],
  ['400 an entity tag that is none', changed({ name: 'x' }, { 'if-match': 'one' }), invalid(/^If-Match: /)],
  ['400 no body', changed(undefined, { 'content-type': 'application/json' }), invalid(/^body: /)],
  ...missing('PATCH', '/api/hooks/:id', 'entity.not_exists', { name: 'x' }),
]);

table('DELETE /api/hooks/:id', [
  [
    '204',
    async (world) => world.call('DELETE', `/api/hooks/${(await world.make()).id}`),
    () => ({ status: 204, body: '' }),
    async (_, world) => expect((await world.call('GET', '/api/hooks')).body).toEqual([]),
  ],
  [
    '412 entity.version_mismatch',
    async (world) => world.call('DELETE', `/api/hooks/${(await world.make()).id}`, undefined, { 'if-match': '"1.2"' }),
    refusal(412, 'entity.version_mismatch'),
    (_, world) => isAsMade(world),
  ],
  ...missing('DELETE', '/api/hooks/:id', 'entity.not_found'),
]);

const rotated =
  (body?: unknown): Row[1] =>
  async (world) =>
    world.call('PATCH', `/api/hooks/${(await world.make()).id}/signing-key`, body);
const honouredFor =
  (seconds: number): NonNullable<Row[3]> =>
  async ({ body }, world) => {
    const [made] = world.made;
    expect(body['signingKey']).not.toBe(made?.signingKey);
    const keys = await world.call('GET', `/api/hooks/${made?.id}/signing-keys`);
    const listedKeys = keys.body['keys'] as { signingKey: string; honouredUntil: number | null }[];
    expect(listedKeys[0]).toMatchObject({ signingKey: body['signingKey'], honouredUntil: null });
    if (seconds === 0) return expect(listedKeys).toHaveLength(1);
    expect(listedKeys[1]?.signingKey).toBe(made?.signingKey);
    expect(Math.abs(Number(listedKeys[1]?.honouredUntil) - Date.now() - seconds * 1_000)).toBeLessThan(60_000);
  };
const withNewKey: Row[2] = ({ made: [made] }) => ({
  status: 200,
  body: { ...made, signingKey: WEBHOOK.signingKey as unknown },
});

table('PATCH /api/hooks/:id/signing-key', [
  ['200 a new key, the replaced one honoured for a day', rotated(), withNewKey, honouredFor(86_400)],
  ['200 the same with an empty object', rotated({}), withNewKey, honouredFor(86_400)],
  ['200 for a week', rotated({ overlapSeconds: 604_800 }), withNewKey, honouredFor(604_800)],
  ['200 at once', rotated({ overlapSeconds: 0 }), withNewKey, honouredFor(0)],
  ['400 for longer', rotated({ overlapSeconds: 604_801 }), invalid(/^overlapSeconds: is 604801; .*0 to 604800/)],
  ['400 for less than nothing', rotated({ overlapSeconds: -1 }), invalid(/^overlapSeconds: is -1/)],
  ['400 a key that is sent', rotated({ signingKey: 'x' }), invalid(/^signingKey: /)],
  ...missing('PATCH', '/api/hooks/:id/signing-key', 'entity.not_exists'),
]);

table('GET /api/hooks/:id/signing-keys', [
  [
    '200 the keys in force, as text and for Standard Webhooks libraries',
    async (world) => {
      const { id } = await world.make({ config: { url, ed25519: true } });
      return world.call('GET', `/api/hooks/${id}/signing-keys`);
    },
    ({ made: [made] }) => ({
      status: 200,
      body: {
        keys: [
          {
            signingKey: made?.signingKey,
            whsec: `whsec_${Buffer.from(made?.signingKey ?? '').toString('base64')}`,
            honouredUntil: null,
          },
        ],
        ed25519PublicKey: expect.stringMatching(/^whpk_/),
      },
    }),
  ],
  ...missing('GET', '/api/hooks/:id/signing-keys', 'entity.not_exists_with_id'),
]);

table('the rest', [
  [
    'GET /api/me: 200 tenant, actor, scopes',
    async (world) => world.call('GET', '/api/me'),
    ({ tenantId }) => ({ status: 200, body: { tenantId, actor: expect.any(String), scopes: [...SCOPES] } }),
  ],
  [
    'GET /console-config.json: 200 without credential',
    async ({ service }) => service.call('GET', '/console-config.json', { key: null }),
    ok,
  ],
  [
    'GET /api/event-types: 200 the 31 built in',
    async (world) => world.call('GET', '/api/event-types'),
    ok,
    ({ body }) => expect(body).toHaveLength(31),
  ],
  ['404 route.not_found', async (world) => world.call('GET', '/api/nothing'), refusal(404, 'route.not_found')],
  [
    '401 auth.unauthorized without credential',
    async ({ service }) => service.call('GET', '/api/hooks', { key: null }),
    refusal(401, 'auth.unauthorized', /Bearer/),
  ],
  [
    '401 auth.unauthorized with a wrong one',
    async ({ service }) => service.call('GET', '/api/hooks', { key: 'x'.repeat(40) }),
    refusal(401, 'auth.unauthorized'),
  ],
  [
    '403 auth.forbidden, naming the scope',
    async ({ service, tenantId }) =>
      service.call('POST', '/api/hooks', { key: await service.makeKey(tenantId, ['webhooks:read']), body: sane }),
    refusal(403, 'auth.forbidden', /webhooks:write/),
  ],
  [
    '503 service.unavailable with Retry-After, what monitoring answers while it is away',
    async (world) => world.call('GET', `/api/hooks/${(await world.make()).id}/recent-logs`),
    refusal(503, 'service.unavailable'),
    ({ headers: answered }) => expect(Number(answered.get('retry-after'))).toBeGreaterThan(0),
  ],
]);
