import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Fact } from '@signalbox/contracts';
import type { Answer, ReceivedRequest } from '@signalbox/testing';
import { ReceiverServer, waitFor } from '@signalbox/testing';
import { ConfigServiceStub } from '../testing/config-service-stub.ts';
import { aDelivery } from '../testing/dispatcher-fixtures.ts';
import { LogScene } from '../testing/log-scene.ts';

const WEBHOOK = 'webhook0000000steered';
const GONE: Answer = { status: 410 };

let scene: LogScene;
let receiver: ReceiverServer;
let config: ConfigServiceStub;
let facts: () => Fact[];

const deliver = (eventId: string, webhookVersion: number) =>
  scene.deliver(WEBHOOK, 0, aDelivery(WEBHOOK, eventId, { webhookVersion }));
const idOf = ({ body }: ReceivedRequest): string => (JSON.parse(body.toString()) as { id: string }).id;
const factOf = (eventId: string): Fact | undefined =>
  facts().find(({ deliveryId }) => deliveryId === aDelivery(WEBHOOK, eventId).deliveryId);
const untilFactOf = async (eventId: string): Promise<Fact> => {
  await waitFor(() => factOf(eventId) !== undefined, { what: `the fact about ${eventId}`, timeoutMs: 30_000 });
  return factOf(eventId) as Fact;
};

beforeEach(async () => {
  config = new ConfigServiceStub();
  [scene, receiver] = await Promise.all([LogScene.start(), ReceiverServer.start()]);
  scene.configGrpcUrl = await config.start();
  facts = await scene.facts();
  await scene.configure({ id: WEBHOOK, url: receiver.url, timeoutMs: 30_000 });
});
afterEach(async () => {
  await receiver.close();
  await scene[Symbol.asyncDispose]();
  config.stop();
  expect(scene.fatal).toEqual([]);
});

describe('a receiver that wants nothing more', () => {
  it('disables nothing by a 410 that comes when its webhook was repaired meanwhile', async () => {
    const held = Promise.withResolvers<Answer>();
    receiver.answerBy((request) => (idOf(request) === 'late' ? held.promise : 200));
    await scene.play('sender');
    await deliver('late', 1);
    await receiver.waitForRequests(1, 30_000);
    await scene.configure({ id: WEBHOOK, url: `${receiver.url}/repaired`, version: 2, timeoutMs: 30_000 });
    await deliver('after', 2);
    expect(await untilFactOf('after')).toMatchObject({ outcome: 'succeeded', webhookVersion: 2 });
    config.answer = 'away';
    held.resolve(GONE);
    expect(await untilFactOf('late')).toMatchObject({ outcome: 'failed', verdict: 'disable-webhook' });
    await waitFor(() => config.callsOf(WEBHOOK).length > 0, { what: 'the call' });
    // What it is asked to disable is the state that the POST was made by, and config-service knows a newer one.
    expect(config.callsOf(WEBHOOK)[0]?.request).toMatchObject({ webhookId: WEBHOOK, epoch: 1, version: 1 });
    await deliver('unanswered', 2);
    expect(await untilFactOf('unanswered')).toMatchObject({ kind: 'attempted', outcome: 'succeeded' });
    const asked = config.callsOf(WEBHOOK).length;
    config.answer = { disabled: false };
    await waitFor(() => config.callsOf(WEBHOOK).length > asked, { what: 'the answer' });
    await deliver('answered', 2);
    expect(await untilFactOf('answered')).toMatchObject({ kind: 'attempted', outcome: 'succeeded' });
  });

  it('is not forgotten by a kill -9 before config-service has answered', async () => {
    receiver.answer(GONE);
    config.answer = 'away';
    const killed = scene.spawn('sender');
    const { offset } = await deliver('gone', 1);
    await untilFactOf('gone');
    await waitFor(() => config.callsOf(WEBHOOK).length > 0, { what: 'the call', timeoutMs: 30_000 });
    // Its delivery is done and committed: nothing but the verdict is left to find.
    await scene.untilCommitted(scene.groups.sender, scene.topics.deliveries, 0, offset + 1);
    await killed.kill();
    const asked = config.callsOf(WEBHOOK).length;
    config.answer = { disabled: true };
    await scene.play('sender');
    await waitFor(() => config.callsOf(WEBHOOK).length > asked, {
      what: 'the call of the next one',
      timeoutMs: 30_000,
    });
    expect(config.callsOf(WEBHOOK).at(-1)?.request).toMatchObject({
      webhookId: WEBHOOK,
      version: 1,
      deliveryId: aDelivery(WEBHOOK, 'gone').deliveryId,
    });
    await deliver('later', 1);
    expect(await untilFactOf('later')).toMatchObject({ kind: 'deferred', reason: 'receiver gone' });
    expect(receiver.requests).toHaveLength(1);
  });
});
