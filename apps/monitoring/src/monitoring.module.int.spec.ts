import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { monitoringDocument } from '@signalbox/contracts';
import { IDENTITY_HEADER, identityKeyFrom, issueIdentity } from '@signalbox/identity';
import { randomBytes } from 'node:crypto';
import { expectDocumented } from './testing/api-caller.ts';
import { attempted, breakerChanged, deferred, expired } from './testing/facts.ts';
import { FactLog, idOf } from './testing/fact-log.ts';
import type { RunningMonitoring } from './testing/running-monitoring.ts';
import { startMonitoring } from './testing/running-monitoring.ts';
import { RpcClient } from './testing/rpc-client.ts';

let monitoring: RunningMonitoring;
let log: FactLog;
const now = Date.now();
const minuteMs = 60_000;
const openSince = now - 3 * minuteMs + 100;

beforeAll(async () => {
  monitoring = await startMonitoring();
  log = await FactLog.open(monitoring);
});
afterAll(async () => {
  await log?.close();
  await monitoring?.stop();
});

async function get(path: string, who?: Parameters<RunningMonitoring['identity']>[0]) {
  const response = await fetch(`${monitoring.url}${path}`, {
    headers: {
      [IDENTITY_HEADER]: await monitoring.identity(who),
      'x-forwarded-host': 'signalbox.example',
      'x-forwarded-proto': 'https',
    },
  });
  const text = await response.text();
  const json: unknown = JSON.parse(text);
  expectDocumented('GET', path, response, json);
  return { status: response.status, headers: response.headers, text, json };
}

describe('the API of monitoring', () => {
  const webhookId = 'hook-of-default';
  const foreign = 'hook-of-acme';

  beforeAll(async () => {
    log.append(
      { webhookId, index: 1, atMs: now - 1 * minuteMs },
      attempted({ statusCode: 200, answer: '{"ok":true}' }),
    );
    log.append(
      { webhookId, index: 2, eventType: 'User.Deleted', atMs: now - 2 * minuteMs },
      attempted({
        outcome: 'retrying',
        statusCode: 503,
        errorClass: 'http-status',
        headerNames: 'X-Early',
        nextAttemptAtMs: now + 5_000,
        timings: { totalMs: 900 },
      }),
      attempted({
        attemptNumber: 2,
        statusCode: 500,
        outcome: 'failed',
        errorClass: 'http-status',
        headerNames: 'X-Tenant, User-Agent',
        answer: 'oops',
        error: 'the endpoint answered 500',
      }),
    );
    log.append(
      { webhookId, index: 3, atMs: now - 3 * minuteMs },
      breakerChanged({ atMs: openSince, openSinceMs: openSince, nextProbeAtMs: openSince + 30_000 }),
      deferred({ reason: 'breaker open', atMs: openSince + 1_000, dueAtMs: now + 60_000 }),
    );
    log.append({ webhookId, index: 4, atMs: now - 4 * minuteMs });
    log.append({ webhookId, index: 5, atMs: now - 5 * minuteMs }, expired());
    log.append(
      { webhookId, index: 6, atMs: now - 6 * minuteMs },
      attempted({ outcome: 'retrying', statusCode: 502, errorClass: 'timeout', nextAttemptAtMs: now + 5_000 }),
    );
    log.append({ webhookId, index: 7, atMs: now - 25 * 60 * minuteMs }, attempted());
    log.append({ webhookId: foreign, index: 1, tenantId: 'acme' }, attempted());
    await log.projected();
  });

  describe('lets in only who the public door vouches for', () => {
    const paths = [
      `/api/hooks/${webhookId}/recent-logs`,
      `/api/hooks/${webhookId}/health`,
      `/api/hooks/${webhookId}/deliveries`,
      `/api/hooks/${webhookId}/deliveries/${idOf({ webhookId, index: 1 })}`,
      `/api/logs/${idOf({ webhookId, index: 1 })}`,
    ];
    const status = async (path: string, token?: string): Promise<number> => {
      const headers: Record<string, string> = token === undefined ? {} : { [IDENTITY_HEADER]: token };
      return (await fetch(`${monitoring.url}${path}`, { headers })).status;
    };

    it.each(paths)('%s', async (path) => {
      const stranger = identityKeyFrom(randomBytes(32));
      const who = { tenantId: 'default', scopes: ['deliveries:read', 'webhooks:read'], actor: 'test' };
      expect(await status(path)).toBe(401);
      expect(await status(path, 'nonsense')).toBe(401);
      expect(await status(path, await issueIdentity(stranger, who, 'monitoring'))).toBe(401);
      expect(await status(path, await monitoring.identity({}, 'config-service'))).toBe(401);
      expect(await status(path, await monitoring.identity({}, 'monitoring', Date.now() - 40_000))).toBe(401);
      expect(await status(path, await monitoring.identity({ scopes: ['webhooks:write'] }))).toBe(403);
      expect(await status(path, await monitoring.identity())).toBe(200);
    });

    it.each(paths)('%s is not there for another tenant', async (path) => {
      const { status: code, json } = await get(path, { tenantId: 'acme' });
      expect({ code, json }).toMatchObject({ code: 404, json: { code: 'entity.not_exists_with_id' } });
    });
  });

  it('logs the deliveries of the last 24 hours that were attempted or expired, newest first', async () => {
    const { json, headers } = await get(`/api/hooks/${webhookId}/recent-logs`);
    expect(headers.get('total-number')).toBe('4');
    expect(json).toMatchObject([
      {
        id: idOf({ webhookId, index: 1 }),
        key: 'TriggerHook.User.Created',
        createdAt: now - minuteMs,
        payload: {
          result: 'Success',
          hookId: webhookId,
          hookRequest: { body: { event: 'User.Created', index: 1, hookId: webhookId } },
          response: { statusCode: 200, body: { ok: true } },
        },
      },
      {
        key: 'TriggerHook.User.Deleted',
        payload: { result: 'Error', response: { statusCode: 500, body: 'oops' }, error: 'the endpoint answered 500' },
      },
      { id: idOf({ webhookId, index: 5 }), payload: { result: 'Error', error: 'could not be sent within 72 h' } },
      { id: idOf({ webhookId, index: 6 }), payload: { result: 'Error', response: { statusCode: 502 } } },
    ]);
  });

  it.each<[string, number[]]>([
    ['logKey=TriggerHook.User.Deleted', [2]],
    ['logKey=User.Deleted', []],
    ['page=2&page_size=3', [6]],
    ['page=9&page_size=3', []],
    [`start_time=${now - 26 * 60 * minuteMs}`, [1, 2, 5, 6, 7]],
    [`start_time=${now - 5 * minuteMs}&end_time=${now - 2 * minuteMs}`, [2, 5]],
    [`end_time=${now - 2 * minuteMs}`, [2, 5, 6]],
    ['enableCap=true', [1, 2, 5, 6]],
  ])('logs with %s the deliveries %j', async (query, expected) => {
    const { json } = await get(`/api/hooks/${webhookId}/recent-logs?${query}`);
    const ids = (json as { id: string }[]).map(({ id }) => id);
    expect(ids).toEqual(expected.map((index) => idOf({ webhookId, index })));
  });

  it.each([
    ['page=0', 'guard.invalid_pagination'],
    ['page_size=101', 'guard.invalid_pagination'],
    ['start_time=x', 'guard.invalid_input'],
    ['start_time=5&end_time=4', 'log.invalid_time_window'],
  ])('answers %s with 400 %s', async (query, code) => {
    const { status, json } = await get(`/api/hooks/${webhookId}/recent-logs?${query}`);
    expect({ status, json }).toMatchObject({
      status: 400,
      json: { code, details: [{ why: expect.any(String), expected: expect.any(String) }] },
    });
  });

  it('stops counting at 10,000 where it may', async () => {
    await monitoring.dataSource.query(
      `INSERT INTO monitoring.delivery (delivery_id, first_scheduled_at, tenant_id, webhook_id, event_type, state, is_request,
         has_expired, last_round, last_attempt)
       SELECT gen_random_uuid(), date_trunc('milliseconds', now()) - interval '1 millisecond' * n, 'default', 'busy-hook', 'User.Created', 'succeeded', true,
         false, 0, 1 FROM generate_series(1, 10500) AS n`,
    );
    const capped = await get('/api/hooks/busy-hook/recent-logs?enableCap=true&page=2');
    expect(capped.headers.get('total-number')).toBe('10001');
    expect(capped.headers.get('total-number-is-capped')).toBe('true');
    expect(capped.headers.get('link')?.match(/rel="\w+"/g)).toEqual(['rel="first"', 'rel="prev"']);
    const all = await get('/api/hooks/busy-hook/recent-logs?page=2');
    expect(all.headers.get('total-number')).toBe('10500');
    expect(all.headers.get('total-number-is-capped')).toBeNull();
    expect(all.headers.get('link')?.match(/page=\d+&page_size=20>; rel="\w+"/g)).toEqual([
      'page=1&page_size=20>; rel="first"',
      'page=1&page_size=20>; rel="prev"',
      'page=3&page_size=20>; rel="next"',
      'page=525&page_size=20>; rel="last"',
    ]);
  });

  it('gives one entry by its id, and none for a delivery that was never attempted', async () => {
    const one = await get(`/api/logs/${idOf({ webhookId, index: 2 })}`);
    expect(one.json).toMatchObject({ payload: { hookId: webhookId, result: 'Error' } });
    for (const id of [idOf({ webhookId, index: 3 }), 'no-id', idOf({ webhookId, index: 99 })]) {
      expect((await get(`/api/logs/${id}`)).status).toBe(404);
    }
  });

  it('shows all deliveries with their states, page by page', async () => {
    const states: unknown[] = [];
    let cursor: string | undefined = '';
    for (let page = 0; cursor !== undefined && page < 5; page++) {
      const { json } = await get(
        `/api/hooks/${webhookId}/deliveries?limit=3${cursor === '' ? '' : `&cursor=${cursor}`}`,
      );
      const { data, nextCursor } = json as { data: { state: string }[]; nextCursor?: string };
      states.push(...data.map(({ state }) => state));
      cursor = nextCursor;
    }
    expect(states).toEqual(['succeeded', 'failed', 'waiting', 'queued', 'expired', 'retrying']);
    const waiting = await get(`/api/hooks/${webhookId}/deliveries?state=waiting`);
    expect(waiting.json).toMatchObject({
      data: [
        {
          state: 'waiting',
          why: {
            reason: 'breaker open',
            since: openSince + 1_000,
            openSince,
            because: '5 timeouts in a row',
            nextProbeAt: openSince + 30_000,
            expectedAt: now + 60_000,
          },
          attempts: 0,
          rounds: 1,
          nextAttemptAt: now + 60_000,
        },
      ],
    });
    const wrong = await get(`/api/hooks/${webhookId}/deliveries?state=lost&limit=0&cursor=x`);
    expect(wrong.json).toMatchObject({
      code: 'guard.invalid_input',
      details: [{ field: 'state' }, { field: 'cursor' }, { field: 'limit' }],
    });
  });

  it('shows one delivery with every attempt', async () => {
    const { json } = await get(`/api/hooks/${webhookId}/deliveries/${idOf({ webhookId, index: 2 })}`);
    expect(json).toMatchObject({
      state: 'failed',
      event: 'User.Deleted',
      request: { body: { index: 2 } },
      attempts: 2,
      rounds: 1,
      statusCode: 500,
      durationMs: 12,
      timeline: [
        {
          kind: 'attempted',
          number: 1,
          outcome: 'retrying',
          ownHeaders: ['x-early'],
          statusCode: 503,
          nextAttemptAt: now + 5_000,
          durations: { total: 900 },
        },
        {
          kind: 'attempted',
          number: 2,
          outcome: 'failed',
          answer: { body: 'oops', truncated: false },
          durations: { firstByte: 11, total: 12 },
        },
      ],
    });
    const { request, timeline } = json as { request: { headers: object }; timeline: object[] };
    expect(request.headers).toEqual({
      'content-type': 'application/json',
      'user-agent': '***',
      'x-tenant': '***',
      'logto-signature-sha-256': '***',
      'webhook-id': idOf({ webhookId, index: 2 }),
      'webhook-timestamp': '***',
      'webhook-signature': '***',
    });
    for (const attempt of timeline) expect(attempt).not.toHaveProperty('reason');
  });

  it('shows an attempt of which an older version did not tell the headers', async () => {
    const { json } = await get(`/api/hooks/${webhookId}/deliveries/${idOf({ webhookId, index: 6 })}`);
    expect(json).toMatchObject({ timeline: [{ kind: 'attempted' }] });
    const { request, timeline } = json as { request: { headers: object }; timeline: object[] };
    expect(Object.keys(request.headers)).toHaveLength(6);
    expect(timeline[0]).not.toHaveProperty('ownHeaders');
  });

  it('says for each wait why', async () => {
    const { json } = await get(`/api/hooks/${webhookId}/deliveries/${idOf({ webhookId, index: 3 })}`);
    const at = (timeMs: number): string => new Date(timeMs).toISOString().slice(11, 19);
    const [wait] = (json as { timeline: { reasonText: string }[] }).timeline;
    // Around midnight the day is named as well.
    expect(wait?.reasonText.replaceAll(/\d{4}-\d\d-\d\d /g, '')).toBe(
      `deferred: breaker open since ${at(openSince)}, 5 timeouts in a row, next probe ${at(openSince + 30_000)}`,
    );
  });

  it('finds a delivery by its own id and by that of its event, however old it is', async () => {
    const old = { webhookId, index: 7 };
    for (const id of [idOf(old), idOf(old).toUpperCase(), 'event-7']) {
      const { json } = await get(`/api/hooks/${webhookId}/deliveries?id=${id}`);
      expect(json).toMatchObject({ data: [{ id: idOf(old), eventId: 'event-7' }] });
    }
    expect((await get(`/api/hooks/${webhookId}/deliveries?id=event-99`)).json).toEqual({ data: [] });
  });

  it.each<[string, number[]]>([
    ['statusClass=5xx', [2, 6]],
    ['statusClass=2xx', [1]],
    ['event=User.Deleted', [2]],
    ['event=User.Deleted&state=succeeded', []],
    [`from=${now - 4 * minuteMs}&to=${now - 2 * minuteMs}`, [2, 3, 4]],
    [`from=${now - 26 * 60 * minuteMs}&state=succeeded`, [1, 7]],
  ])('shows with %s the deliveries %j', async (query, expected) => {
    const { json } = await get(`/api/hooks/${webhookId}/deliveries?${query}`);
    const ids = (json as { data: { id: string }[] }).data.map(({ id }) => id);
    expect(ids).toEqual(expected.map((index) => idOf({ webhookId, index })));
  });

  it.each([
    ['statusClass=500', 'guard.invalid_input', 'statusClass'],
    ['from=yesterday', 'guard.invalid_input', 'from'],
    ['to=1e3', 'guard.invalid_input', 'to'],
    ['from=5&to=4', 'log.invalid_time_window', 'from'],
    ['limit=101', 'guard.invalid_input', 'limit'],
    ['cursor=bm9uc2Vuc2U', 'guard.invalid_input', 'cursor'],
    ['state=failed&state=retrying', 'guard.invalid_input', 'state'],
    ['event=%00', 'guard.invalid_input', 'event'],
    ['id=%00', 'guard.invalid_input', 'id'],
  ])('answers deliveries?%s with 400 %s', async (query, code, field) => {
    const { status, json } = await get(`/api/hooks/${webhookId}/deliveries?${query}`);
    expect({ status, json }).toMatchObject({ status: 400, json: { code, details: [{ field }] } });
  });

  it('tells the health of the last 24 hours', async () => {
    const { json } = await get(`/api/hooks/${webhookId}/health`);
    expect(json).toMatchObject({
      requests: 4,
      succeeded: 1,
      failed: 2,
      open: 3,
      retrying: 1,
      waiting: 2,
      successRate: 1 / 3,
      latencyMs: { p50: expect.any(Number), p99: expect.any(Number) },
      errorClasses: [
        { class: 'http-status', attempts: 2 },
        { class: 'timeout', attempts: 1 },
      ],
      breaker: {
        state: 'open',
        openSince,
        because: '5 timeouts in a row',
        nextProbeAt: openSince + 30_000,
        history: [{ at: openSince, state: 'open' }],
      },
      oldestUndeliveredAt: Math.floor((now - 6 * minuteMs) / minuteMs) * minuteMs,
    });
    const { latencyMs, series } = json as { latencyMs: { p50: number; p99: number }; series: { at: number }[] };
    expect(Math.abs(latencyMs.p50 / 12 - 1)).toBeLessThan(0.13);
    expect(Math.abs(latencyMs.p99 / 900 - 1)).toBeLessThan(0.13);
    expect(series.map(({ at }) => at)).toEqual(
      [6, 5, 4, 3, 2, 1].map((index) => Math.floor((now - index * minuteMs) / minuteMs) * minuteMs),
    );
    const unused = await get('/api/hooks/never-used/health');
    expect(unused.json).toMatchObject({ requests: 0, successRate: null, latencyMs: { p50: null }, series: [] });
  });

  it('tells the health of a page of webhooks in the order asked', async () => {
    const { json } = await get(`/api/health?hookIds=${foreign},${webhookId}`);
    const { data } = json as { data: { series24: { at: number; requests: number; failed: number }[] }[] };
    expect(data).toMatchObject([
      { hookId: foreign, requests: 0, successRate: null, breaker: { state: 'closed' } },
      {
        hookId: webhookId,
        requests: 4,
        succeeded: 1,
        failed: 2,
        open: 3,
        successRate: 1 / 3,
        breaker: { state: 'open', openSince },
      },
    ]);
    for (const { series24 } of data) expect(series24).toHaveLength(24);
    const sum = (name: 'requests' | 'failed') => data[1]?.series24.reduce((total, hour) => total + hour[name], 0);
    expect([sum('requests'), sum('failed')]).toEqual([4, 2]);
    for (const query of [
      '?hookIds=',
      '?hookIds=a,,b',
      `?hookIds=${Array(101)
        .fill(0)
        .map((_, n) => `w${n}`)
        .join()}`,
    ]) {
      const wrong = await get(`/api/health${query}`);
      expect(wrong).toMatchObject({
        status: 400,
        json: { code: 'guard.invalid_input', details: [{ field: 'hookIds' }] },
      });
    }
  });

  it('tells the health of a tenant, and of all to the operator alone', async () => {
    const tenant = await get('/api/health');
    expect(tenant.json).toMatchObject({
      requests: 4,
      succeeded: 1,
      failed: 2,
      open: 3,
      errorClasses: [{ class: 'http-status', attempts: 2 }, { class: 'timeout' }],
      oldestUndeliveredAt: Math.floor((now - 6 * minuteMs) / minuteMs) * minuteMs,
    });
    const { series } = tenant.json as { series: { requests: number }[] };
    expect(series.reduce((sum, minute) => sum + minute.requests, 0)).toBe(4);
    expect((await get('/api/health', { tenantId: 'acme' })).json).toMatchObject({ requests: 1, succeeded: 1 });
    expect((await get('/api/health', { tenantId: 'nobody' })).json).toMatchObject({ requests: 0, series: [] });
    const all = await get('/api/ops/health', { scopes: ['ops:read'] });
    expect(all.json).toMatchObject({ requests: 5, succeeded: 2 });
    expect((await get('/api/ops/health')).status).toBe(403);
  });

  it('tells config-service the counts of webhooks over gRPC, of the tenant that asks alone', async () => {
    const client = new RpcClient(monitoring.grpcUrl, 'Stats');
    const ask = async (webhookIds: readonly string[], token?: string) =>
      client.call('GetExecutionStats', { webhookIds }, token);
    expect(await ask([foreign, webhookId, 'never-used'], await monitoring.identity())).toEqual({
      stats: [
        { webhookId: foreign, successCount: 0, failureCount: 0, requestCount: 0 },
        { webhookId, successCount: 1, failureCount: 2, requestCount: 4 },
        { webhookId: 'never-used', successCount: 0, failureCount: 0, requestCount: 0 },
      ],
    });
    const who = { tenantId: 'default', scopes: ['webhooks:read'], actor: 'test' };
    const refused = [
      undefined,
      await issueIdentity(identityKeyFrom(randomBytes(32)), who, 'monitoring'),
      await monitoring.identity({}, 'dispatcher'),
      await monitoring.identity({}, 'monitoring', Date.now() - 40_000),
    ];
    for (const token of refused) await expect(ask([webhookId], token)).rejects.toThrow('UNAUTHENTICATED');
    const many = Array.from({ length: 101 }, (_, index) => `w${index}`);
    await expect(ask(many, await monitoring.identity())).rejects.toThrow('INVALID_ARGUMENT');
    client.close();
  });

  it('has a route for each operation of its OpenAPI document, and no route without one', async () => {
    const { paths } = monitoringDocument();
    const operations = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path.replaceAll(/\{\w+\}/g, ':')}`),
    );
    const own = monitoring.routes.filter((route) => !/^GET \/(metrics|health\/\w+|openapi\.json)$/.test(route));
    expect(own.map((route) => route.replaceAll(/:\w+/g, ':')).toSorted()).toEqual(operations.toSorted());
    const served = await fetch(`${monitoring.url}/openapi.json`);
    expect(await served.json()).toEqual(JSON.parse(JSON.stringify(monitoringDocument())));
  });

  it('answers an unknown path in the form of all errors', async () => {
    const { status, json } = await get('/api/hooks/x/nothing');
    expect({ status, json }).toMatchObject({ status: 404, json: { code: 'route.not_found' } });
  });

  it('is ready, and says so without a credential', async () => {
    const ready = await fetch(`${monitoring.url}/health/ready`);
    expect(await ready.json()).toMatchObject({
      status: 'ok',
      info: { postgres: { status: 'up' }, projector: { status: 'up' } },
    });
  });
});

describe('lists walked page by page while newer rows arrive', () => {
  const of = { webhookId: 'hook-of-pager', tenantId: 'pager' };
  // Those of the second minute lie on both sides of a page's end.
  const minutes = [1, 2, 2, 2, 3];
  const [first = '', ...others] = minutes.map((_, index) => idOf({ ...of, index }));
  const newestFirst = [first, ...others.slice(0, 3).toSorted().toReversed(), ...others.slice(3)];
  let arrived = minutes.length;

  beforeAll(async () => {
    minutes.forEach((ago, index) => log.append({ ...of, index, atMs: now - ago * minuteMs }, attempted()));
    await log.projected();
  });

  it.each([
    ['deliveries by their cursor', 'deliveries?limit=2'],
    ['recent-logs up to a time', `recent-logs?page_size=2&end_time=${now - 1}`],
  ])('%s repeat and leave out none', async (_, list) => {
    const seen: string[] = [];
    for (let query: string | undefined = list; query !== undefined && seen.length < 10;) {
      const { json, headers } = await get(`/api/hooks/${of.webhookId}/${query}`, of);
      const { data = json, nextCursor } = json as { data?: unknown; nextCursor?: string };
      seen.push(...(data as { id: string }[]).map(({ id }) => id));
      const link = /(recent-logs[^>]+)>; rel="next"/.exec(headers.get('link') ?? '')?.[1];
      query = nextCursor === undefined ? link : `${list}&cursor=${nextCursor}`;
      log.append({ ...of, index: arrived++, atMs: now }, attempted());
      await log.projected();
    }
    expect(seen.filter((id) => newestFirst.includes(id))).toEqual(newestFirst);
  });
});
