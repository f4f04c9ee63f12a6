import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { Metadata } from '@grpc/grpc-js';
import { FakeGrpcServer } from '../../../testing/fake-grpc-server.ts';
import { GrpcCaller } from '../../../testing/grpc-caller.ts';
import type { MadeWebhook } from '../../../testing/running-config-service.ts';
import { RunningConfigService } from '../../../testing/running-config-service.ts';

const WITHIN_MS = 300;
const WARNING = '199 signalbox "execution statistics are not available now"';

const newMonitoring = (): FakeGrpcServer<{ readonly webhookIds: readonly string[] }> =>
  new FakeGrpcServer('monitoring', 'signalbox.monitoring.v1.Stats', 'getExecutionStats', ({ webhookIds }) => ({
    stats: webhookIds.map((webhookId) => ({ webhookId, successCount: 1, failureCount: 1, requestCount: 2 })),
  }));

let service: RunningConfigService;
let webhook: MadeWebhook;
beforeAll(async () => {
  service = await RunningConfigService.start();
  webhook = await service.makeWebhook();
});
afterAll(async () => service?.stop());

async function withMonitoringAt(monitoringGrpcUrl: string): Promise<void> {
  await service.pause();
  await service.resume({ monitoringGrpcUrl });
  // The first call of a process pays for connections and for code that was never run.
  await service.call('GET', '/api/hooks');
}

interface Read {
  readonly ms: number;
  readonly warning: string | null;
  readonly webhooks: readonly MadeWebhook[];
}

async function read(path = '/api/hooks'): Promise<Read> {
  const startedAt = performance.now();
  const { status, headers, body } = await service.call<MadeWebhook[]>('GET', `${path}?includeExecutionStats=true`);
  expect(status).toBe(200);
  return { ms: performance.now() - startedAt, warning: headers.get('warning'), webhooks: [body].flat() };
}

async function readTimes(count: number): Promise<readonly Read[]> {
  const reads: Read[] = [];
  while (reads.length < count) reads.push(await read());
  return reads;
}

/** The webhooks are there, without stats, saying so, in time: at least half of the reads, as others share the machine. */
function expectWithoutStats(...reads: readonly Read[]): void {
  for (const { warning, webhooks } of reads) {
    expect(webhooks.map(({ id }) => id)).toEqual([webhook.id]);
    expect(webhooks[0]).not.toHaveProperty('executionStats');
    expect(warning).toBe(WARNING);
  }
  const tookMs = reads.map(({ ms }) => ms).toSorted((one, other) => one - other);
  expect(tookMs[Math.floor((tookMs.length - 1) / 2)]).toBeLessThan(WITHIN_MS);
}

describe('webhooks are answered without stats, saying so, within 300 ms', () => {
  it('while monitoring refuses connections', async () => {
    await withMonitoringAt('127.0.0.1:1');
    expectWithoutStats(...(await readTimes(8)), await read(`/api/hooks/${webhook.id}`));
  });

  describe('while monitoring hangs', () => {
    const sockets: Socket[] = [];
    let silent: Server;
    beforeAll(async () => {
      silent = createServer((socket) => void sockets.push(socket)).listen(0, '127.0.0.1');
      await once(silent, 'listening');
    });
    afterAll(() => {
      for (const socket of sockets) socket.destroy();
      silent.close();
    });

    it('as a port that takes connections and says nothing', async () => {
      await withMonitoringAt(`127.0.0.1:${(silent.address() as AddressInfo).port}`);
      expectWithoutStats(...(await readTimes(3)));
    });

    it('as a service that never answers, which is soon asked no more; over gRPC too', async () => {
      const monitoring = newMonitoring();
      monitoring.answer = () => 'hang';
      await withMonitoringAt(await monitoring.listen());
      expectWithoutStats(...(await readTimes(6)));
      const asked = monitoring.calls.length;
      expectWithoutStats(...(await readTimes(1)));
      expect(monitoring.calls.length).toBe(asked);

      const caller = new GrpcCaller(service.grpcUrl, 'signalbox.config.v1.Webhooks', { key: service.apiKey });
      const trailer = new Metadata();
      const listed = await caller.call('listWebhooks', { includeExecutionStats: true }, { trailer });
      expect((listed['webhooks'] as readonly object[])[0]).not.toHaveProperty('executionStats');
      expect(trailer.get('warning')).toEqual([WARNING]);
      caller.close();
      monitoring.kill();
    });
  });

  it('while monitoring is of an older version, which tells no failures: they are not taken for none', async () => {
    const monitoring = newMonitoring();
    monitoring.answer = ({ webhookIds }) => ({
      stats: webhookIds.map((webhookId) => ({ webhookId, successCount: 1, requestCount: 2 })),
    });
    await withMonitoringAt(await monitoring.listen());
    expectWithoutStats(...(await readTimes(2)));
    expect(await service.call('GET', '/api/hooks?health=healthy')).toMatchObject({ status: 503 });
    monitoring.kill();
  });

  it('when monitoring dies while it is asked, and with stats again soon after it is back', async () => {
    const monitoring = newMonitoring();
    const counting = monitoring.answer;
    const address = await monitoring.listen();
    await withMonitoringAt(address);
    expect((await read()).webhooks[0]?.executionStats).toEqual({ successCount: 1, requestCount: 2 });
    monitoring.answer = (request) => {
      setImmediate(() => monitoring.kill());
      return request.webhookIds.length > 0 ? 'hang' : counting(request);
    };
    expectWithoutStats(...(await readTimes(2)));
    const back = newMonitoring();
    await back.listen(address);
    const deadline = Date.now() + 10_000;
    let last = await read();
    while (last.webhooks[0]?.executionStats === undefined && Date.now() < deadline) last = await read();
    expect([last.warning, last.webhooks[0]?.executionStats]).toEqual([null, { successCount: 1, requestCount: 2 }]);
    back.kill();
  });
});
