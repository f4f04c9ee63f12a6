import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { rowsOf } from '@signalbox/postgres';
import { exchange, rawExchange } from '../testing/raw-exchange.ts';
import type { RawAnswer, RawRequest } from '../testing/raw-exchange.ts';
import { RunningConfigService } from '../testing/running-config-service.ts';

const MEGABYTE = 1024 * 1024;
const url = 'http://127.0.0.1:8099/hook';
const sane = { events: ['PostSignIn'], config: { url } };
const withConfig = (config: object): object => ({ ...sane, config: { url, ...config } });
const headers = (count: number): Record<string, string> =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`x-${index}`, 'v']));
const nested = (depth: number): string => `${'['.repeat(depth)}${']'.repeat(depth)}`;

let service: RunningConfigService;
let webhookId: string;
beforeAll(async () => {
  service = await RunningConfigService.start();
  webhookId = (await service.makeWebhook({ name: 'as it was' })).id;
});
afterAll(async () => service?.stop());

const send = async (request: RawRequest): Promise<RawAnswer> =>
  rawExchange(service.httpUrl, {
    ...request,
    path: request.path.replace(':id', webhookId),
    headers: [['authorization', `Bearer ${service.apiKey}`], ...(request.headers ?? [])],
  });

const sendJson = async (method: string, path: string, body: unknown): Promise<RawAnswer> =>
  send({
    method,
    path,
    headers: [['content-type', 'application/json']],
    body: typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body),
  });

/** Every table a call may write; `last_used_at` and the like are not among what is counted. */
const written = async (): Promise<unknown> =>
  rowsOf(
    service.dataSource,
    `SELECT (SELECT count(*) FROM webhook) AS webhooks, (SELECT count(*) FROM webhook_event) AS events,
            (SELECT max(id) FROM outbox) AS outbox`,
  );

interface Refusal {
  readonly status?: number;
  readonly code?: string;
  /** What the message begins with, or says. */
  readonly says: string | RegExp;
}

function expectRefused(answer: RawAnswer, { status = 400, code = 'guard.invalid_input', says }: Refusal): void {
  expect(answer).toMatchObject({ status, body: { code, message: expect.stringMatching(says) } });
  expect(answer.headers.get('content-type')).toBe('application/json; charset=utf-8');
  expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
}

describe('a body that cannot be taken', () => {
  const BODIES: readonly (readonly [string, unknown, Refusal])[] = [
    ['invalid JSON', '{"events": [', { says: /^body: is not valid JSON; expected a JSON object$/ }],
    ['two values', '{} {}', { says: /^body: is not valid JSON/ }],
    ['invalid UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x7d]), { says: /^body: is not valid UTF-8/ }],
    ['UTF-16', Buffer.from('{}', 'utf16le'), { says: /^body: is not valid JSON/ }],
    ['3,000 lists in each other', nested(3_000), { says: /^body: is nested more than 64 levels deep/ }],
    ['120,000 lists in each other', nested(120_000), { says: /^body: is nested more than 64 levels deep/ }],
    ['a deep list in a field', `{"events":${nested(62)}}`, { says: /\bevents: is a list of 1; expected a list of/ }],
    ['a deep list in an unknown field', `{"x":${nested(62)}}`, { says: /^x: is not a field that can be sent/m }],
    ['a member given twice', '{"name":"a","name":"b"}', { says: /^name: is given twice; expected each member once$/ }],
    ['a nested member given twice', '{"config":{"url":"a","url":"b"}}', { says: /^config\.url: is given twice/ }],
    ['the prototype', '{"__proto__":{"enabled":true}}', { says: /^__proto__: is a name that cannot be used/ }],
    ['a constructor', { ...sane, constructor: 1 }, { says: /^constructor: is not a field that can be sent/ }],
    ['a nested constructor', { ...sane, x: { constructor: 1 } }, { says: /^x: is not a field that can be sent/ }],
    ['a name of every object', { ...sane, toString: 'x' }, { says: /^toString: is not a field that can be sent/ }],
    ['one within the configuration', withConfig({ constructor: 1 }), { says: /^config\.constructor: is not a field/ }],
    ['a text', '"text"', { says: /^body: is a text of 4 characters; expected a JSON object$/ }],
    ['a number', '1e400', { says: /^body: is Infinity; expected a JSON object$/ }],
    ['null', 'null', { says: /^body: is null; expected a JSON object$/ }],
    ['a list', '[]', { says: /^body: is a list of 0; expected a JSON object$/ }],
    ['an unknown field', { ...sane, secret: 1 }, { says: /^secret: is not a field that can be sent; expected the f/ }],
    ['an unknown nested field', withConfig({ method: 'PUT' }), { says: /^config\.method: is not a field that can/ }],
    [
      'a name that is null',
      { ...sane, name: null },
      { says: /^name: is null; expected a text of 1 to 256 characters/ },
    ],
    ['events that are null', { ...sane, events: null }, { says: /^events: is null; expected a list of 1 to 1000/ }],
    ['a configuration that is null', { ...sane, config: null }, { says: /^config: is null; expected an object with/ }],
    ['a URL that is null', withConfig({ url: null }), { says: /^config\.url: is null; expected a URL/ }],
    ['headers that are null', withConfig({ headers: null }), { says: /^config\.headers: is null; expected an object/ }],
    ['a name that is a number', { ...sane, name: 1 }, { says: /^name: is 1; expected a text/ }],
    ['events that are one text', { ...sane, events: 'PostSignIn' }, { says: /^events: is a text of 10 characters/ }],
    ['enabled that is a text', { ...sane, enabled: 'true' }, { says: /^enabled: is a text of 4 char.*true or false/ }],
    ['a negative time', withConfig({ timeoutMs: -1 }), { says: /^config\.timeoutMs: is -1; expected a whole number/ }],
    ['half a retry', withConfig({ retries: 0.5 }), { says: /^config\.retries: is 0\.5; expected a whole number fr/ }],
    ['retries beyond all numbers', withConfig({ retries: 1e300 }), { says: /^config\.retries: is 1e\+300; expected/ }],
    [
      '1,000 headers',
      withConfig({ headers: headers(1_000) }),
      { says: /^config\.headers: there are 1000 headers.*50/m },
    ],
    [
      'a line break in a header',
      withConfig({ headers: { a: 'b\r\nx: 1' } }),
      { says: /^config\.headers\.a: the value/ },
    ],
    ['a NUL in a header', withConfig({ headers: { a: '\0' } }), { says: /^config\.headers\.a: the value has other/ }],
    [
      'a line break in its name',
      withConfig({ headers: { 'a\r\nb': 'c' } }),
      { says: /^config\.headers\.a\r\nb: the name/ },
    ],
    ['emoji in a header', withConfig({ headers: { a: '🎉' } }), { says: /^config\.headers\.a: .*visible ASCII/ }],
    [
      'a header that is ours',
      withConfig({ headers: { 'Webhook-Id': 'x' } }),
      { says: /^config\.headers\.Webhook-Id: / },
    ],
    ['a name of 257 characters', { ...sane, name: 'x'.repeat(257) }, { says: /^name: is a text of 257 characters/ }],
    ['a name of 257 emoji', { ...sane, name: '🎉'.repeat(257) }, { says: /^name: is a text of \d+ characters/ }],
    ['a name with a control character', { ...sane, name: 'a\u0000b' }, { says: /^name: .*without control characters/ }],
    ['half of an emoji', String.raw`{"name":"\ud83c"}`, { says: /\bname: .*without control characters$/ }],
    [
      'two thousand events',
      { ...sane, events: Array(2_000).fill('PostSignIn') },
      { says: /^events: is a list of 2000/ },
    ],
    ['an unknown event', { ...sane, events: ['PostSignIn', 'x'] }, { says: /^events\[1\]: is not a known event type/ }],
    ['an id', { ...sane, id: 'a'.repeat(21) }, { says: /^id: is not a field that can be sent/ }],
    ['a URL inside', withConfig({ url: 'https://169.254.169.254/' }), { says: /^config\.url: .*cloud-metadata/ }],
    ['a URL of 2,049', withConfig({ url: `${url}${'x'.repeat(2_049)}` }), { says: /^config\.url: .*at most 2048/ }],
    ['no body', '', { says: /^body: is missing; expected a JSON object/ }],
  ];

  it.each(BODIES)('is refused by POST and PATCH, in words, and leaves nothing behind: %s', async (_, body, refusal) => {
    const before = await written();
    expectRefused(await sendJson('POST', '/api/hooks', body), refusal);
    expectRefused(await sendJson('PATCH', '/api/hooks/:id', body), refusal);
    expect(await written()).toEqual(before);
    const { body: still } = await service.call('GET', `/api/hooks/${webhookId}`);
    expect(still).toMatchObject({ name: 'as it was', events: ['PostSignIn'] });
  });

  it('is refused by the rotation of a key as well', async () => {
    for (const body of [
      '{"overlapSeconds":-1}',
      '{"overlapSeconds":"1"}',
      '{"x":1}',
      '[1]',
      '{"overlapSeconds":1.5}',
    ]) {
      const says = /^(overlapSeconds|x|body): is .*; expected /;
      expectRefused(await sendJson('PATCH', '/api/hooks/:id/signing-key', body), { says });
    }
    const keys = await service.call<{ keys: unknown[] }>('GET', `/api/hooks/${webhookId}/signing-keys`);
    expect(keys.body.keys).toHaveLength(1);
  });

  it('is refused before it is passed on to anybody', async () => {
    for (const path of [
      '/api/hooks/:id/resends',
      '/api/hooks/:id/deliveries/x/resend',
      '/api/ops/dead-letters/1/redrive',
    ]) {
      expectRefused(await sendJson('POST', path, nested(3_000)), { says: /nested more than 64 levels/ });
      expectRefused(await sendJson('POST', path, '{"a":1,"a":2}'), { says: /^a: is given twice/ });
    }
  });

  it('has 10 MB, with and without saying so before', async () => {
    const tooLarge = {
      status: 413,
      code: 'guard.payload_too_large',
      says: /^body: is too large; expected at most 262144 bytes$/,
    };
    const body = Buffer.alloc(10 * MEGABYTE, 'x');
    const before = await written();
    const typed = ['content-type', 'application/json'] as const;
    expectRefused(await send({ method: 'POST', path: '/api/hooks', headers: [typed], body }), tooLarge);
    const chunks = Buffer.concat([Buffer.from(`${body.length.toString(16)}\r\n`), body, Buffer.from('\r\n0\r\n\r\n')]);
    const chunked = [typed, ['transfer-encoding', 'chunked'] as const];
    expectRefused(await send({ method: 'PATCH', path: '/api/hooks/:id', headers: chunked, body: chunks }), tooLarge);
    expect(await written()).toEqual(before);
  });

  it.each([
    ['text/plain', '{}'],
    ['application/x-www-form-urlencoded', 'a=b'],
    ['multipart/form-data; boundary=x', '--x--'],
    ['application/xml', '<a/>'],
    ['application/jsonp', '{}'],
    ['json', '{}'],
    ['', '{}'],
  ])('has the content type %j', async (type, body) => {
    const unsupported = { status: 415, code: 'guard.unsupported_media_type', says: /application\/json/ };
    for (const [method, path] of [['POST', '/api/hooks'] as const, ['PATCH', '/api/hooks/:id'] as const]) {
      expectRefused(await send({ method, path, headers: [['content-type', type]], body }), unsupported);
    }
  });

  it('is taken at the limits', async () => {
    const atLimits = {
      ...sane,
      name: '🎉'.repeat(256),
      events: Array(1_000).fill('PostSignIn'),
      config: { url, headers: headers(50) },
    };
    const answer = await sendJson('POST', '/api/hooks', atLimits);
    expect(answer).toMatchObject({ status: 201, body: { name: atLimits.name, events: ['PostSignIn'] } });
    // Names that every object has are tokens like others.
    const odd = { constructor: 'a', toString: 'b', hasOwnProperty: 'c' };
    const named = await sendJson('POST', '/api/hooks', JSON.stringify(withConfig({ headers: odd })));
    expect(named).toMatchObject({ status: 201, body: { config: { headers: odd } } });
  });
});

describe('a query that cannot be taken', () => {
  it.each([
    'page=0',
    'page=-1',
    'page=1.5',
    'page=x',
    'page=',
    'page=1&page=2',
    'page=99999999999999999999',
    'page_size=0',
    'page_size=101',
    'page_size=%00',
    'page[a]=1',
    'page=%ff',
  ])('?%s', async (query) => {
    const answer = await send({ method: 'GET', path: `/api/hooks?${query}` });
    if (query === 'page[a]=1') return expect(answer.status).toBe(200);
    expectRefused(answer, {
      code: 'guard.invalid_pagination',
      says: /^page(_size)? must be a whole number from 1 to /,
    });
  });
});

describe('a path that leads nowhere', () => {
  const noWebhook = { status: 404, code: 'entity.not_exists_with_id', says: /no webhook of this id/ };
  const noRoute = { status: 404, code: 'route.not_found', says: /^There is no [A-Z]+ at this path/ };

  it.each([
    'x',
    '%00',
    '%F0%9F%8E%89',
    '..',
    '%2e%2e',
    '%2f',
    '%25',
    'A'.repeat(21),
    '0'.repeat(9_000),
    "';--",
    '%0d%0a',
  ])('has the id %s', async (id) => expectRefused(await send({ method: 'GET', path: `/api/hooks/${id}` }), noWebhook));

  it.each([
    '/api/hooks/%zz',
    '/api/hooks/%',
    '/api/hooks/%ff',
    '/api/%c0%ae',
    '/%zz',
    '//api/hooks',
    '/api//hooks',
    '/api/',
  ])('is %s', async (path) => expectRefused(await send({ method: 'GET', path }), noRoute));

  it('is found by any spelling of its letters, under the policy of the API', async () => {
    for (const path of ['/%61pi/hooks/:id', '/api/%68ooks/:id', '/api/hooks/:id']) {
      const answer = await send({ method: 'GET', path });
      expect(answer.status).toBe(200);
      expect(answer.headers.get('content-security-policy')).toBe("default-src 'none'; frame-ancestors 'none'");
      expect(answer.headers.get('cache-control')).toBe('no-store');
    }
  });

  it.each(['PUT', 'OPTIONS', 'TRACE', 'PROPFIND', 'PURGE', 'SEARCH', 'LINK'])('is asked for by %s', async (method) => {
    expectRefused(await send({ method, path: '/api/hooks' }), noRoute);
  });

  it('answers HEAD as GET without its body', async () => {
    const answer = await send({ method: 'HEAD', path: '/api/hooks?page=1' });
    expect(answer).toMatchObject({ status: 200, body: '' });
    expect(answer.headers.get('total-number')).toBeDefined();
    expect(await send({ method: 'HEAD', path: '/api/hooks/x' })).toMatchObject({ status: 404, body: '' });
  });
});

describe('a request that is none', () => {
  const broken = { says: /^request: cannot be read; expected a well-formed HTTP\/1\.1 request$/ };

  it.each([
    ['an unknown method', 'BREW /api/hooks HTTP/1.1\r\nhost: x\r\n\r\n'],
    ['no HTTP', 'hello\r\n\r\n'],
    ['a header with a NUL', 'GET /api/hooks HTTP/1.1\r\nhost: x\r\na: b\0c\r\n\r\n'],
    ['a header without name', 'GET /api/hooks HTTP/1.1\r\nhost: x\r\n: b\r\n\r\n'],
    ['a folded header', 'GET /api/hooks HTTP/1.1\r\nhost: x\r\na: b\r\n\tc\x01\r\n\r\n'],
    ['two lengths', 'POST /api/hooks HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab'],
    [
      'a length beside chunks',
      'POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
    ],
    ['a space in the path', 'GET /api/ hooks HTTP/1.1\r\nhost: x\r\n\r\n'],
  ])('is answered all the same: %s', async (_, text) => {
    expectRefused(await exchange(service.httpUrl, Buffer.from(text, 'latin1')), broken);
  });

  it('has 1,000 headers, or a head that is too large', async () => {
    const named = (count: number) => Array.from({ length: count }, (_, index) => [`x${index}`, 'v'] as const);
    expect(await send({ method: 'GET', path: '/api/hooks/:id', headers: named(200) })).toMatchObject({ status: 200 });
    const tooLarge = { status: 431, says: /^headers: are too large; expected at most 16384 bytes/ };
    expectRefused(await send({ method: 'GET', path: '/api/hooks', headers: named(1_000) }), tooLarge);
    expectRefused(await send({ method: 'GET', path: `/api/hooks/${'0'.repeat(20_000)}` }), tooLarge);
  });

  it('expects what cannot be met', async () => {
    const answer = await send({ method: 'POST', path: '/api/hooks', headers: [['expect', 'a miracle']], body: '{}' });
    expectRefused(answer, { status: 417, says: /^Expect: cannot be met; expected 100-continue/ });
  });

  it('leaves the service well', async () => {
    expect((await service.call('GET', '/api/hooks')).status).toBe(200);
    expect(service.logLines.filter((line) => line.includes('"request.failed"'))).toEqual([]);
  });
});
