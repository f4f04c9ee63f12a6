import type { handleUnaryCall, ServiceDefinition } from '@grpc/grpc-js';
import { loadPackageDefinition, Server, ServerCredentials, status } from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Fact } from '@signalbox/contracts';
import { decodeFact, protoPath } from '@signalbox/contracts';
import { IDENTITY_HEADER, identityKeyFrom, verifyIdentity } from '@signalbox/identity';
import type { TestBackends } from '@signalbox/testing';
import { anEvent, ReceiverServer, startTestBackends, waitFor } from '@signalbox/testing';
import { IDENTITY_KEY } from '../../../testing/dispatcher-fixtures.ts';
import { RunningDispatcher } from '../../../testing/running-dispatcher.ts';

interface Call {
  readonly request: Readonly<Record<string, unknown>>;
  readonly identity: unknown;
}

/** config-service's side of the call, as its contract says it. */
class ConfigService {
  readonly calls: Call[] = [];
  isAway = false;
  private readonly server = new Server();

  async start(): Promise<string> {
    const root = loadPackageDefinition(loadSync(protoPath('config'), { longs: Number, defaults: true })) as unknown as {
      readonly signalbox: { config: { v1: { ReceiverSteering: { service: ServiceDefinition } } } };
    };
    const disableByReceiver: handleUnaryCall<Call['request'], object> = (call, callback) => {
      void (async () => {
        const [token] = call.metadata.get(IDENTITY_HEADER);
        const identity = await verifyIdentity(identityKeyFrom(IDENTITY_KEY), String(token), 'config-service');
        this.calls.push({ request: call.request, identity });
        if (this.isAway) callback({ code: status.UNAVAILABLE, details: 'the database is away' });
        else callback(null, { disabled: true });
      })();
    };
    this.server.addService(root.signalbox.config.v1.ReceiverSteering.service, { disableByReceiver });
    return new Promise((resolve, reject) => {
      this.server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) => {
        if (error === null) resolve(`127.0.0.1:${port}`);
        else reject(error);
      });
    });
  }

  stop(): void {
    this.server.forceShutdown();
  }
}

let backends: TestBackends;
let running: RunningDispatcher;
const config = new ConfigService();

beforeAll(async () => {
  backends = await startTestBackends();
  running = await RunningDispatcher.start(backends);
  running.configGrpcUrl = await config.start();
  await running.pause();
  await running.resume();
});
afterAll(async () => {
  await running[Symbol.asyncDispose]();
  config.stop();
  await backends.stop();
  expect(running.fatal).toEqual([]);
});

const id = 'gone00000000000000001';
const callsOf = (webhookId: string): readonly Call[] =>
  config.calls.filter(({ request }) => request['webhookId'] === webhookId);

describe('a receiver that wants nothing more', () => {
  it('is sent nothing more at once, and config-service is asked until it answers, over a restart too', async () => {
    await using stack = new AsyncDisposableStack();
    const receiver = stack.adopt(await ReceiverServer.start(), async (server) => server.close());
    receiver.answer(410);
    config.isAway = true;
    const records = await running.records(backends.topics.attempts);
    const facts = (): Fact[] =>
      records
        .map((record) => decodeFact(record.headers, record.value))
        .filter((fact): fact is Fact => fact.kind !== 'not-a-fact' && fact.webhookId === id);
    await running.configure({ id, tenantId: id, url: receiver.url, version: 3 });
    await running.publish(anEvent(), { 'tenant-id': id });
    await waitFor(() => callsOf(id).length > 0, { what: 'the call' });
    for (let index = 0; index < 5; index++) await running.publish(anEvent(), { 'tenant-id': id });
    await waitFor(() => facts().filter((fact) => fact.kind === 'deferred').length >= 5, { what: 'the others' });
    expect(facts().filter((fact) => fact.kind === 'deferred')).toMatchObject(
      Array.from({ length: 5 }, () => ({ reason: 'receiver gone' })),
    );
    expect(receiver.requests).toHaveLength(1);
    const asked = callsOf(id).length;
    await running.pause();
    config.isAway = false;
    await running.resume();
    await waitFor(() => callsOf(id).length > asked, { what: 'the call after the restart' });
    expect(callsOf(id).at(-1)).toMatchObject({
      request: {
        tenantId: id,
        webhookId: id,
        epoch: 1,
        version: 3,
        deliveryId: facts().find((fact) => fact.kind === 'attempted')?.deliveryId,
        reason: 'the receiver answered 410 Gone',
      },
      identity: { tenantId: id, actor: 'receiver' },
    });
    // Its effect comes back through the log: what waits ends as skipped.
    await running.configure({ id, tenantId: id, url: receiver.url, version: 4, enabled: false });
    await waitFor(() => facts().filter((fact) => fact.kind === 'skipped').length >= 5, {
      what: 'what waited to be skipped',
      timeoutMs: 20_000,
    });
    expect(receiver.requests).toHaveLength(1);
  });
});
