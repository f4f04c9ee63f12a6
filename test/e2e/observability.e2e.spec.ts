import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Sandbox } from '@signalbox/sandbox';
import { AnswerCheck, anEvent, aWebhook, ReceiverServer, startTestSandbox, waitFor } from '@signalbox/testing';
import { ApiClient } from '../support/api-client.ts';
import { inEffect } from '../support/applied-configuration.ts';
import { documentedMetrics } from '../support/metric-table.ts';
import { Publisher } from '../support/publisher.ts';
import { TraceCollector } from '../support/trace-collector.ts';

let collector: TraceCollector;
let sandbox: Sandbox;
let api: ApiClient;
let publisher: Publisher;
let receiver: ReceiverServer;

beforeAll(async () => {
  collector = await TraceCollector.start();
  receiver = await ReceiverServer.start();
  const env = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, OTEL_BSP_SCHEDULE_DELAY: '100' };
  sandbox = await startTestSandbox({ env });
  api = new ApiClient(sandbox.runInfo, await AnswerCheck.of(sandbox.runInfo.apiUrl));
  publisher = await Publisher.connect(sandbox.runInfo);
  await inEffect(sandbox.runInfo, async () => api.createWebhook(aWebhook(receiver.url)));
}, 120_000);
afterAll(async () => {
  await publisher?.[Symbol.asyncDispose]();
  await sandbox?.stop();
  await receiver?.close();
  await collector?.stop();
}, 60_000);

const TRACE_ID = '0af7651916cd43dd8448eb211c80319c';
const PUBLISHERS_SPAN = 'b7ad6b7169203331';

describe('a trace', () => {
  it('goes from the publisher over router, sender and receiver to the projection, each caused by the one before', async () => {
    await publisher.publish(anEvent(), { traceparent: `00-${TRACE_ID}-${PUBLISHERS_SPAN}-01` });
    const [request] = await receiver.waitForRequests(1);
    const trace = await waitFor(
      () => {
        const spans = collector.spans.filter(({ traceId }) => traceId === TRACE_ID);
        return spans.length >= 3 && spans;
      },
      { what: 'a whole trace', timeoutMs: 20_000 },
    );
    const [route, post, project] = ['route event', 'POST webhook', 'project fact'].map((name) =>
      trace.find((span) => span.name === name),
    );
    expect(trace).toHaveLength(3);
    expect(route).toMatchObject({ parentSpanId: PUBLISHERS_SPAN, service: 'signalbox-dispatcher' });
    expect(post).toMatchObject({ parentSpanId: route!.spanId, service: 'signalbox-dispatcher' });
    expect(request!.headers['traceparent']).toBe(`00-${TRACE_ID}-${post!.spanId}-01`);
    expect(project).toMatchObject({ parentSpanId: post!.spanId, service: 'signalbox-monitoring' });
  });

  it('that its publisher does not sample is passed on as it is and recorded nowhere', async () => {
    const unsampled = `00-1${TRACE_ID.slice(1)}-${PUBLISHERS_SPAN}-00`;
    await publisher.publish(anEvent(), { traceparent: unsampled });
    const requests = await receiver.waitForRequests(2);
    expect(requests[1]!.headers['traceparent']).toBe(unsampled);
    // One that is sampled comes behind it all the way.
    await publisher.publish(anEvent(), { traceparent: `00-2${TRACE_ID.slice(1)}-${PUBLISHERS_SPAN}-01` });
    await waitFor(() => collector.spans.some(({ traceId, name }) => traceId[0] === '2' && name === 'project fact'), {
      what: 'the trace behind it',
      timeoutMs: 20_000,
    });
    expect(collector.spans.filter(({ traceId }) => traceId[0] === '1')).toEqual([]);
  });
});

/** Name, type and labels of the metrics of ours that a process tells. */
async function metricsOf(opsUrl: string): Promise<ReadonlyMap<string, { type: string; labels: Set<string> }>> {
  const text = await (await fetch(`${opsUrl}/metrics`)).text();
  const found = new Map<string, { type: string; labels: Set<string> }>();
  for (const line of text.split('\n')) {
    const [, declared, type = ''] = /^# TYPE (signalbox_\w+) (\w+)$/.exec(line) ?? [];
    if (declared !== undefined) found.set(declared, { type, labels: new Set() });
    const [, sampled = '', labels = ''] = /^(signalbox_\w+)\{(.*)\} /.exec(line) ?? [];
    const metric = found.get(sampled) ?? found.get(sampled.replace(/_(bucket|sum|count)$/, ''));
    for (const [, label = ''] of labels.matchAll(/(\w+)="/g)) if (label !== 'le') metric?.labels.add(label);
  }
  return found;
}

describe('the metrics of the running services', () => {
  it('are those of docs/observability.md, with its types and labels', async () => {
    const documented = documentedMetrics();
    const told = new Map<string, { type: string; labels: Set<string> }>();
    for (const { opsUrl } of sandbox.runInfo.processes) {
      for (const [name, metric] of await metricsOf(opsUrl)) told.set(name, metric);
    }
    expect([...told.keys()].filter((name) => !documented.has(name))).toEqual([]);
    expect([...documented.keys()].filter((name) => !told.has(name))).toEqual([]);
    for (const [name, { type, labels }] of told) {
      const { type: documentedType, labels: known } = documented.get(name)!;
      expect([name, type, [...labels].filter((label) => !known.includes(label))]).toEqual([name, documentedType, []]);
    }
  });
});

describe('the health of the running services', () => {
  it('says of each process that it is live, and ready with each of its checks', async () => {
    const checks: Record<string, readonly string[]> = {};
    for (const { name, opsUrl } of sandbox.runInfo.processes) {
      expect((await fetch(`${opsUrl}/health/live`)).status).toBe(200);
      const ready = await fetch(`${opsUrl}/health/ready`);
      const { status, info } = (await ready.json()) as { status: string; info: Record<string, unknown> };
      expect([name, ready.status, status]).toEqual([name, 200, 'ok']);
      checks[name] = Object.keys(info);
    }
    expect(checks['config-service']).toContain('postgres');
    expect(checks['monitoring']).toEqual(expect.arrayContaining(['postgres', 'projector', 'dead-letters']));
    expect(Object.values(checks).flat()).toEqual(expect.arrayContaining(['webhooks', 'router', 'sender', 'scheduler']));
  });
});

describe('the live feed through the public door', () => {
  it('shows an attempt to who may see it, and to nobody else', async () => {
    const { apiUrl, apiKey } = sandbox.runInfo;
    const get = async (path: string, key?: string) =>
      fetch(`${apiUrl}${path}`, { headers: key === undefined ? {} : { authorization: `Bearer ${key}` } });
    expect((await get('/api/live')).status).toBe(401);
    const response = await get('/api/live?state=succeeded', apiKey);
    expect(response.headers.get('content-type')).toContain('text/event-stream');
    const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
    let text = '';
    const until = async (wanted: RegExp): Promise<void> => {
      while (!wanted.test(text)) {
        const { value, done } = await reader.read();
        if (done) throw new Error(`the stream ended after ${text}`);
        text += value;
      }
    };
    await until(/event: ready\ndata: \{\}\n\n/);
    await publisher.publish(anEvent());
    await until(/event: attempt\ndata: \{"hookId".*"state":"succeeded".*\}\n\n/);
    await reader.cancel();
  });

  it('and what ops asks is answered as the document says', async () => {
    const lag = await api.call<{ roles: { role: string }[] }>('GET', '/api/ops/lag', 200);
    expect(lag.roles.map(({ role }) => role)).toEqual(['router', 'sender', 'scheduler', 'projector', 'dead-letters']);
    const { webhooks } = await api.call<{ webhooks: { requests: number }[] }>(
      'GET',
      '/api/ops/webhooks?sort=volume',
      200,
    );
    expect(webhooks[0]!.requests).toBeGreaterThan(0);
    await api.call('GET', '/api/ops/dead-letters', 200);
    await api.call('POST', '/api/ops/dead-letters/0-999/redrive', 404);
  });
});
