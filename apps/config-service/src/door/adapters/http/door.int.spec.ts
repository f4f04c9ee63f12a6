import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { IDENTITY_HEADER, identityKeyFrom, isRefused, verifyIdentity } from '@signalbox/identity';
import { waitFor } from '@signalbox/testing';
import { statusOf } from '../../../testing/raw-request.ts';
import { RunningConfigService } from '../../../testing/running-config-service.ts';

/** Answers in monitoring's place, and remembers what it was asked. */
class FakeMonitoring {
  readonly asked: { method: string; url: string; headers: IncomingMessage['headers']; body: string }[] = [];
  answer: (request: IncomingMessage, response: ServerResponse) => void = (_, response) => response.end('{}');
  readonly #server: Server;

  constructor() {
    this.#server = createServer((request, response) => {
      void this.#take(request, response);
    });
  }

  async listen(port = 0): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(port, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let body = '';
    for await (const chunk of request) body += String(chunk);
    this.asked.push({ method: request.method ?? '', url: request.url ?? '', headers: request.headers, body });
    this.answer(request, response);
  }
}

const monitoring = new FakeMonitoring();
let service: RunningConfigService;
let monitoringUrl: string;
beforeAll(async () => {
  monitoringUrl = await monitoring.listen();
  service = await RunningConfigService.start({ monitoringUrl });
});
afterEach(() => {
  monitoring.asked.length = 0;
  monitoring.answer = (_, response) => response.end('{}');
});
afterAll(async () => {
  await service?.stop();
  await monitoring.close();
});

describe('the public door', () => {
  it.each([
    ['GET', 'hooks/:id/recent-logs?page=2&logKey=TriggerHook.PostSignIn'],
    ['GET', 'hooks/:id/deliveries?state=failed'],
    ['GET', 'hooks/:id/deliveries/some-delivery'],
    ['GET', 'hooks/:id/health'],
    ['POST', 'hooks/:id/deliveries/some-delivery/resend'],
    ['GET', 'logs/some-log'],
    ['GET', 'health?hookIds=a,b'],
    ['GET', 'ops/lag'],
    ['POST', 'hooks/:id/resends'],
    ['POST', 'ops/dead-letters/some-letter/redrive'],
  ])('passes %s /api/%s on as it is, with who calls vouched for', async (method, path) => {
    const { id } = await service.makeWebhook();
    monitoring.answer = (_, response) => {
      const head = { 'content-type': 'application/json', 'total-number': '7', 'signalbox-stale-data': 'true' };
      response.writeHead(202, { ...head, connection: 'close' });
      response.end('[{"a": 1}]');
    };
    const asked = `/api/${path.replace(':id', id)}`;
    const answer = await service.call(method, asked, {
      headers: { traceparent: '00-1-2-03', cookie: 'a=b' },
      ...(method === 'POST' && { body: { ratePerSecond: 1 } }),
    });
    expect(answer).toMatchObject({ status: 202, body: [{ a: 1 }] });
    if (method === 'GET') expect(answer.headers.get('total-number')).toBe('7');
    expect(answer.headers.get('signalbox-stale-data')).toBe('true');
    const [passed] = monitoring.asked;
    expect(passed).toMatchObject({ method, url: asked, headers: { traceparent: '00-1-2-03' } });
    expect(passed?.body).toBe(method === 'POST' ? '{"ratePerSecond":1}' : '');
    expect(passed?.headers.authorization).toBeUndefined();
    expect(passed?.headers.cookie).toBeUndefined();
    const key = identityKeyFrom(service.identityKey);
    const identity = await verifyIdentity(key, passed?.headers[IDENTITY_HEADER] as string, 'monitoring');
    expect(isRefused(identity)).toBe(false);
    expect(identity).toMatchObject({ tenantId: 'default', actor: 'api-key:bootstrap' });
  });

  it('keeps the log of a deleted webhook readable, and nothing else of it', async () => {
    const { id } = await service.makeWebhook();
    await service.call('DELETE', `/api/hooks/${id}`);
    for (const path of ['recent-logs', 'deliveries', 'deliveries/x']) {
      expect((await service.call('GET', `/api/hooks/${id}/${path}`)).status).toBe(200);
    }
    monitoring.asked.length = 0;
    expect((await service.call('GET', `/api/hooks/${id}/health`)).status).toBe(404);
    const stranger = await service.makeKey('other', ['deliveries:read']);
    expect((await service.call('GET', `/api/hooks/${id}/recent-logs`, { key: stranger })).status).toBe(404);
    expect(monitoring.asked).toEqual([]);
  });

  it('names the webhooks that monitoring knows by id, and says null of one that was deleted', async () => {
    const { id } = await service.makeWebhook({ name: 'Billing' });
    monitoring.answer = (_, response) =>
      response
        .writeHead(200, { 'content-type': 'application/json', 'signalbox-stale-data': 'true' })
        .end(JSON.stringify({ at: 5, webhooks: [{ hookId: id, failed: 2 }, { hookId: 'gone' }] }));
    const answer = await service.call('GET', '/api/ops/webhooks?sort=lag');
    expect(answer.headers.get('signalbox-stale-data')).toBe('true');
    expect(monitoring.asked[0]?.url).toBe('/api/ops/webhooks?sort=lag');
    expect(answer).toMatchObject({ status: 200 });
    expect(answer.body).toEqual({
      at: 5,
      webhooks: [
        { hookId: id, failed: 2, name: 'Billing' },
        { hookId: 'gone', name: null },
      ],
    });
    monitoring.answer = (_, response) => {
      response.writeHead(200, { 'content-type': 'application/json' }).write('{"at": 5, ');
      setImmediate(() => response.destroy());
    };
    expect(await service.call('GET', '/api/ops/webhooks')).toMatchObject({
      status: 503,
      body: { code: 'service.unavailable' },
    });
  });

  it('passes a POST on once for an Idempotency-Key, and keeps no refusal', async () => {
    const { id } = await service.makeWebhook();
    const post = async (body: object) =>
      service.call('POST', `/api/hooks/${id}/resends`, { body, headers: { 'idempotency-key': `key-of-${id}` } });
    const refusal = { code: 'delivery.round_open', message: 'open', data: { nextAttemptAt: 7 } };
    monitoring.answer = (_, response) =>
      response.writeHead(409, { 'content-type': 'application/json' }).end(JSON.stringify(refusal));
    expect(await post({ ratePerSecond: 1 })).toMatchObject({ status: 409, body: refusal });
    let made = 0;
    monitoring.answer = (_, response) =>
      response.writeHead(202, { 'content-type': 'application/json' }).end(`{"made": ${++made}}`);
    for (let again = 0; again < 3; again++) {
      expect(await post({ ratePerSecond: 1 })).toMatchObject({ status: 202, body: { made: 1 } });
    }
    expect(await post({ ratePerSecond: 2 })).toMatchObject({
      status: 422,
      body: { code: 'request.idempotency_mismatch' },
    });
    expect(made).toBe(1);
  });

  it('keeps no answer whose body broke off, and tells monitoring the key by which it knows the call again', async () => {
    const { id } = await service.makeWebhook();
    const keys: unknown[] = [];
    const post = async () =>
      service.call('POST', `/api/hooks/${id}/resends`, { body: {}, headers: { 'idempotency-key': `broken-${id}` } });
    monitoring.answer = (request, response) => {
      keys.push(request.headers['idempotency-key']);
      response.writeHead(202, { 'content-type': 'application/json', 'content-length': '100' });
      response.write('{"id"', () => response.destroy());
    };
    expect(await post()).toMatchObject({ status: 503, body: { code: 'service.unavailable' } });
    monitoring.answer = (request, response) => {
      keys.push(request.headers['idempotency-key']);
      response.writeHead(202, { 'content-type': 'application/json' }).end('{"id": 1}');
    };
    expect(await post()).toMatchObject({ status: 202, body: { id: 1 } });
    expect(keys).toEqual([`broken-${id}`, `broken-${id}`]);
  });

  it('passes refusals of monitoring on as they are', async () => {
    const { id } = await service.makeWebhook();
    const refusal = { code: 'log.invalid_time_window', message: 'start_time must not be after end_time' };
    monitoring.answer = (_, response) =>
      response.writeHead(400, { 'content-type': 'application/json' }).end(JSON.stringify(refusal));
    const answer = await service.call('GET', `/api/hooks/${id}/recent-logs?start_time=2&end_time=1`);
    expect(answer).toMatchObject({ status: 400, body: refusal });
  });

  it('does not tell callers that their credential is bad when monitoring refuses ours', async () => {
    const { id } = await service.makeWebhook();
    monitoring.answer = (_, response) => response.writeHead(401).end('{"code":"auth.unauthorized"}');
    const answer = await service.call('GET', `/api/hooks/${id}/recent-logs`);
    expect(answer).toMatchObject({ status: 503, body: { code: 'service.unavailable' } });
    expect(service.logLines.some((line) => /"level":"error".*"monitoring.identity_refused"/.test(line))).toBe(true);
  });

  it.each(['/api/ops/..%2fhooks', '/api/ops/%2e%2e/hooks', '/api/ops/a%5cb'])('passes no %s on', async (path) => {
    expect(await statusOf(`${service.httpUrl}/`, path, { authorization: `Bearer ${service.apiKey}` })).toBe(404);
    expect(monitoring.asked).toEqual([]);
  });

  it('passes a stream on as it comes, and ends it behind a reader who goes', async () => {
    const { id } = await service.makeWebhook();
    let stream: ServerResponse | undefined;
    monitoring.answer = (_, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write('data: 1\n\n');
      stream = response;
    };
    const reading = new AbortController();
    const response = await fetch(`${service.httpUrl}/api/hooks/${id}/live`, {
      headers: { authorization: `Bearer ${service.apiKey}`, 'last-event-id': '5' },
      signal: reading.signal,
    });
    expect(response.headers.get('content-type')).toBe('text/event-stream');
    expect(monitoring.asked[0]?.headers['last-event-id']).toBe('5');
    const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
    expect((await reader.read()).value).toBe('data: 1\n\n');
    stream?.write('data: 2\n\n');
    expect((await reader.read()).value).toBe('data: 2\n\n');
    reading.abort();
    await waitFor(() => stream?.destroyed === true, { what: 'the stream to end at its source' });
  });

  it('answers 503 while monitoring is away, webhooks go on, and it is back when monitoring is', async () => {
    const { id } = await service.makeWebhook();
    await monitoring.close();
    for (let call = 0; call < 12; call++) {
      const away = await service.call('GET', `/api/hooks/${id}/recent-logs`);
      expect(away).toMatchObject({ status: 503, body: { code: 'service.unavailable' } });
      expect(Number(away.headers.get('retry-after'))).toBeGreaterThan(0);
    }
    expect((await service.call('GET', `/api/hooks/${id}`)).status).toBe(200);
    await monitoring.listen(Number(new URL(monitoringUrl).port));
    await waitFor(async () => (await service.call('GET', `/api/hooks/${id}/recent-logs`)).status === 200, {
      what: 'monitoring to be asked again',
    });
  });
});
