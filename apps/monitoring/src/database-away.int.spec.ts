import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { TcpProxy, waitFor } from '@signalbox/testing';
import { callApi } from './testing/api-caller.ts';
import { EventStream } from './testing/event-stream.ts';
import { attempted } from './testing/facts.ts';
import { FactLog, idOf } from './testing/fact-log.ts';
import type { PreparedMonitoring, RunningMonitoring } from './testing/running-monitoring.ts';
import { prepareMonitoring, startMonitoring } from './testing/running-monitoring.ts';

const webhookId = 'hook-waiting';
const delivery = `/api/hooks/${webhookId}/deliveries/${idOf({ webhookId, index: 1 })}`;
const who = { scopes: ['deliveries:read', 'deliveries:resend', 'ops:read', 'ops:write'] };

let prepared: PreparedMonitoring;
let proxy: TcpProxy;
let monitoring: RunningMonitoring;
let log: FactLog;
beforeAll(async () => {
  prepared = await prepareMonitoring();
  proxy = await TcpProxy.start(prepared.backends.databaseUrl);
  const throughProxy = proxy.inFrontOf(prepared.backends.databaseUrl);
  monitoring = await startMonitoring(prepared, { DATABASE_URL: throughProxy });
  log = await FactLog.open(monitoring);
});
afterAll(async () => {
  await log?.close();
  await monitoring?.stop();
  await proxy?.close();
  await prepared?.backends.stop();
});

it('the API says so while Postgres is away, and goes on by itself when it is back', async () => {
  log.append({ webhookId, index: 1 }, attempted({ outcome: 'failed', statusCode: 500 }));
  await log.projected();
  await waitFor(async () => (await callApi(monitoring, '/api/ops/lag', { who })).status === 200, {
    what: 'the first look at the lag',
  });
  const { port } = proxy;
  await proxy.close();
  const live = new EventStream(`/api/hooks/${webhookId}/live`);
  expect(await live.connect(monitoring)).toBe(200);

  const calls: readonly (readonly [string, string, object?])[] = [
    ['GET', `/api/hooks/${webhookId}/recent-logs`],
    ['GET', `/api/hooks/${webhookId}/deliveries`],
    ['GET', delivery],
    ['GET', `/api/logs/${idOf({ webhookId, index: 1 })}`],
    ['GET', `/api/hooks/${webhookId}/health`],
    ['GET', `/api/health?hookIds=${webhookId}`],
    ['GET', '/api/health'],
    ['GET', '/api/ops/health'],
    ['POST', `${delivery}/resend`],
    ['GET', `/api/hooks/${webhookId}/resends`],
    ['POST', `/api/hooks/${webhookId}/resends`, { state: 'failed', from: 0, to: 1 }],
    ['GET', `/api/hooks/${webhookId}/resends/${randomUUID()}`],
    ['DELETE', `/api/hooks/${webhookId}/resends/${randomUUID()}`],
    ['GET', '/api/ops/webhooks'],
    ['GET', '/api/ops/dead-letters'],
    ['GET', '/api/ops/dead-letters/0-0'],
    ['POST', '/api/ops/dead-letters/0-0/redrive'],
    ['POST', '/api/ops/dead-letters/0-0/drop'],
  ];
  for (const [method, path, body] of calls) {
    const answer = await callApi(monitoring, path, { method, body, who });
    expect([path, answer]).toMatchObject([
      path,
      { status: 503, body: { code: 'service.unavailable' }, retryAfter: '5' },
    ]);
  }
  // What Kafka tells alone is told all the same.
  log.appendFacts({ webhookId, index: 1 }, attempted({ webhookId, attemptNumber: 2 }));
  await log.flushed();
  await live.until(() => live.named('attempt').length === 1, 'an attempt of that time');
  live.close();
  expect(await callApi(monitoring, '/api/ops/lag', { who })).toMatchObject({ status: 200 });

  proxy = await TcpProxy.start(prepared.backends.databaseUrl, port);
  await waitFor(async () => (await callApi(monitoring, delivery, { who })).status === 200, {
    what: 'the API to be back',
    timeoutMs: 20_000,
  });
  await waitFor(async () => (await callApi(monitoring, `${delivery}/resend`, { method: 'POST', who })).status === 202, {
    what: 'resends to be taken',
    timeoutMs: 20_000,
  });
  await waitFor(
    async () => {
      const rows = await monitoring.dataSource.query<object[]>(
        'SELECT 1 FROM monitoring.resend WHERE relayed_at IS NOT NULL',
      );
      return rows.length === 1;
    },
    { what: 'the relay to be back', timeoutMs: 20_000 },
  );
});
