import { describe, expect, it } from '@jest/globals';
import { parseAllowList } from '@signalbox/domain';
import { WebhookInputParser } from './webhook-input.parser.ts';

const allowList = parseAllowList('127.0.0.0/8+http');
const OWN = 'Invoice.Paid';
const parser = new WebhookInputParser(
  { allowList: allowList.ok ? allowList.value : [], ports: [{ from: 443, to: 443 }] },
  {
    ownAmong: async (tenantId, names) =>
      new Map(tenantId === 't1' && names.includes(OWN) ? [[OWN, { example: {} }]] : []),
  },
);
const url = 'https://example.com/hook';
const sane = { events: ['PostSignIn'], config: { url } };

const faultsOf = async (body: unknown): Promise<readonly string[]> => {
  const parsed = await parser.parseCreate(body, 't1');
  return parsed.kind === 'faulty' ? parsed.faults.map(({ field }) => field) : [];
};

describe('the input of a webhook', () => {
  it('is taken as it was sent, and what is absent stays absent', async () => {
    expect(await parser.parseCreate(sane, 't1')).toEqual({ kind: 'parsed', value: sane });
    const full = {
      name: 'ünïcode 🎉',
      event: null,
      events: ['PostSignIn', 'User.Created'],
      enabled: false,
      config: {
        url,
        headers: { 'X-Key': 'secret value', __proto: '1' },
        retries: 0,
        timeoutMs: 30_000,
        retryPolicy: { preset: 'standard', delaysMs: [1_000, 86_400_000], maxAgeMs: 604_800_000 },
        rateLimitPerSecond: 1,
        ed25519: true,
      },
    };
    expect(await parser.parseCreate(full, 't1')).toEqual({ kind: 'parsed', value: full });
    expect(await parser.parseChange({}, 't1')).toEqual({ kind: 'parsed', value: {} });
    expect(await parser.parseChange({ event: null }, 't1')).toEqual({ kind: 'parsed', value: { event: null } });
    expect(parser.parseRotate(undefined)).toEqual({ kind: 'parsed', value: {} });
    expect(parser.parseRotate({ overlapSeconds: 0 })).toEqual({ kind: 'parsed', value: { overlapSeconds: 0 } });
  });

  it('has every wrong field named at once', async () => {
    expect(
      (
        await faultsOf({
          id: 'mine',
          signingKey: 'mine',
          name: '',
          event: 'Nonsense',
          events: ['PostSignIn', 'Nonsense'],
          enabled: 'yes',
          config: {
            url: 'ftp://example.com',
            headers: { 'content-type': 'x', 'bad name': 'x', ok: 'a\r\nb' },
            retries: 4,
            timeoutMs: 999,
            retryPolicy: { preset: 'other', delaysMs: [1], maxAgeMs: 1, further: 1 },
            rateLimitPerSecond: 0.5,
            ed25519: null,
          },
        })
      ).toSorted(),
    ).toEqual(
      [
        'id',
        'signingKey',
        'name',
        'event',
        'events[1]',
        'enabled',
        'config.url',
        'config.headers.content-type',
        'config.headers.bad name',
        'config.headers.ok',
        'config.retries',
        'config.timeoutMs',
        'config.retryPolicy.preset',
        'config.retryPolicy.delaysMs',
        'config.retryPolicy.maxAgeMs',
        'config.retryPolicy.further',
        'config.rateLimitPerSecond',
        'config.ed25519',
      ].toSorted(),
    );
  });

  it.each([
    ['no body', undefined, ['body']],
    ['null', null, ['body']],
    ['a list', [], ['body']],
    ['a text', 'text', ['body']],
    ['no configuration', { events: ['PostSignIn'] }, ['config']],
    ['a configuration that is a list', { ...sane, config: [] }, ['config']],
    ['a configuration that is null', { ...sane, config: null }, ['config']],
    ['a configuration without url', { ...sane, config: {} }, ['config.url']],
    ['a url that is a number', { ...sane, config: { url: 1 } }, ['config.url']],
    ['headers that are a list', { ...sane, config: { url, headers: ['x'] } }, ['config.headers']],
    ['headers that are null', { ...sane, config: { url, headers: null } }, ['config.headers']],
    ['a header that is no text', { ...sane, config: { url, headers: { a: 1 } } }, ['config.headers.a']],
    [
      'headers that differ in case only',
      { ...sane, config: { url, headers: { a: '1', A: '2' } } },
      ['config.headers.A'],
    ],
    ['no events in the list', { ...sane, events: [] }, ['events']],
    ['events that are no list', { ...sane, events: 'PostSignIn' }, ['events']],
    ['events that are no texts', { ...sane, events: [1] }, ['events']],
    ['events that are null', { ...sane, events: null }, ['events']],
    ['two thousand events', { ...sane, events: Array.from({ length: 2_000 }, () => 'PostSignIn') }, ['events']],
    ['a name that is null', { ...sane, name: null }, ['name']],
    ['a name of 257 characters', { ...sane, name: 'x'.repeat(257) }, ['name']],
    ['a name with a control character', { ...sane, name: 'a\u0000b' }, ['name']],
    ['a name with half of a surrogate pair', { ...sane, name: '\ud800' }, ['name']],
    ['a url with half of a surrogate pair', { ...sane, config: { url: `${url}\ud800` } }, ['config.url']],
    ['a retry policy that is null', { ...sane, config: { url, retryPolicy: null } }, ['config.retryPolicy']],
    [
      'delays that do not fit',
      { ...sane, config: { url, retryPolicy: { delaysMs: [61_000], maxAgeMs: 60_000 } } },
      ['config.retryPolicy'],
    ],
  ])('is refused with %s', async (_, body, fields) => {
    expect(await faultsOf(body)).toEqual(fields);
  });

  it('may name event types of the tenant, and none of another', async () => {
    const input = { ...sane, events: ['PostSignIn', OWN, 'a/b'], event: OWN };
    expect(await faultsOf(input)).toEqual(['events[2]']);
    const elsewhere = await parser.parseCreate(input, 't2');
    expect(elsewhere).toMatchObject({ faults: [{ field: 'event' }, { field: 'events[1]' }, { field: 'events[2]' }] });
  });

  it('says why, and what would be right, without the value of a text', async () => {
    const parsed = await parser.parseCreate({ ...sane, name: 'secret\u0001', config: { url, retries: 9 } }, 't1');
    expect(parsed).toEqual({
      kind: 'faulty',
      faults: [
        { field: 'config.retries', why: 'is 9', expected: 'a whole number from 0 to 3' },
        {
          field: 'name',
          why: 'is a text of 7 characters',
          expected: 'a text of 1 to 256 characters without control characters',
        },
      ],
    });
  });

  it('is never so faulty that the answer grows without a bound', async () => {
    const unknown = Object.fromEntries(Array.from({ length: 5_000 }, (_, index) => [`field${index}`, 1]));
    expect(await faultsOf({ ...sane, ...unknown })).toHaveLength(50);
  });
});
