import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Fact } from '@signalbox/contracts';
import { decodeFact } from '@signalbox/contracts';
import type { TestBackends } from '@signalbox/testing';
import { anEvent, ReceiverServer, startTestBackends, waitFor } from '@signalbox/testing';
import { ConfigServiceStub } from '../../../testing/config-service-stub.ts';
import { RunningDispatcher } from '../../../testing/running-dispatcher.ts';

let backends: TestBackends;
let running: RunningDispatcher;
const config = new ConfigServiceStub();

beforeAll(async () => {
  backends = await startTestBackends();
  running = await RunningDispatcher.start(backends, await config.start());
});
afterAll(async () => {
  await running[Symbol.asyncDispose]();
  config.stop();
  await backends.stop();
  expect(running.fatal).toEqual([]);
});

const id = 'gone00000000000000001';

describe('a receiver that wants nothing more', () => {
  it('is sent nothing more at once, and config-service is asked until it answers, over a restart too', async () => {
    await using stack = new AsyncDisposableStack();
    const receiver = stack.adopt(await ReceiverServer.start(), async (server) => server.close());
    receiver.answer(410);
    config.answer = 'away';
    const records = await running.records(backends.topics.attempts);
    const facts = (): Fact[] =>
      records
        .map((record) => decodeFact(record.headers, record.value))
        .filter((fact): fact is Fact => fact.kind !== 'not-a-fact' && fact.webhookId === id);
    await running.configure({ id, tenantId: id, url: receiver.url, version: 3 });
    await running.publish(anEvent(), { 'tenant-id': id });
    await waitFor(() => config.callsOf(id).length > 0, { what: 'the call' });
    for (let index = 0; index < 5; index++) await running.publish(anEvent(), { 'tenant-id': id });
    await waitFor(() => facts().filter((fact) => fact.kind === 'deferred').length >= 5, { what: 'the others' });
    expect(facts().filter((fact) => fact.kind === 'deferred')).toMatchObject(
      Array.from({ length: 5 }, () => ({ reason: 'receiver gone' })),
    );
    expect(receiver.requests).toHaveLength(1);
    const asked = config.callsOf(id).length;
    await running.pause();
    config.answer = { disabled: true, version: 5 };
    await running.resume();
    await waitFor(() => config.callsOf(id).length > asked, { what: 'the call after the restart' });
    expect(config.callsOf(id).at(-1)).toMatchObject({
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
    // Its owner had renamed it meanwhile: that is not what came of the call.
    await running.configure({ id, tenantId: id, url: receiver.url, version: 4, name: 'renamed' });
    await running.publish(anEvent(), { 'tenant-id': id });
    await waitFor(() => facts().some((fact) => fact.kind === 'deferred' && fact.webhookVersion === 4), {
      what: 'what came after the change',
    });
    // Its effect comes back through the log: what waits ends as skipped.
    await running.configure({ id, tenantId: id, url: receiver.url, version: 5, enabled: false });
    await waitFor(() => facts().filter((fact) => fact.kind === 'skipped').length >= 6, {
      what: 'what waited to be skipped',
      timeoutMs: 20_000,
    });
    expect(receiver.requests).toHaveLength(1);
  });
});
