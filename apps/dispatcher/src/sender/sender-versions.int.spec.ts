import { expect, it } from '@jest/globals';
import { ReceiverServer, waitFor } from '@signalbox/testing';
import { aDelivery } from '../testing/dispatcher-fixtures.ts';
import { LogScene } from '../testing/log-scene.ts';

const WEBHOOK = 'webhook00000versions1';

it('a sender waits for the version a delivery was routed with, and defers what never comes up to it', async () => {
  await using scene = await LogScene.start();
  const receiver = await ReceiverServer.start();
  const facts = await scene.facts();
  const retries = await scene.deliveries(scene.topics.retries[1]);
  const deliver = (webhookId: string, eventId: string, webhookVersion: number, webhookEpoch = 1) =>
    scene.deliver(webhookId, 0, aDelivery(webhookId, eventId, { webhookVersion, webhookEpoch }));
  await scene.configure({ id: WEBHOOK, url: `${receiver.url}/old`, version: 9 });
  await scene.play('sender');
  // The pair counts: version 2 of epoch 2 is newer than version 9 of epoch 1.
  await deliver(WEBHOOK, 'ahead', 2, 2);
  await deliver(WEBHOOK, 'known', 9, 1);
  await waitFor(() => receiver.requests.length === 1, { what: 'the one that need not wait' });
  await scene.configure({ id: WEBHOOK, url: `${receiver.url}/new`, version: 2, epoch: 2 });
  await waitFor(() => receiver.requests.length === 2, { what: 'the one that waited', timeoutMs: 4_000 });
  expect(receiver.requests.map(({ path }) => path)).toEqual(['/hook/old', '/hook/new']);
  // Unknown is never "deleted".
  const sinceMs = performance.now();
  await deliver(WEBHOOK, 'too far ahead', 3, 2);
  await deliver('webhook000000unknown1', 'of nobody', 1);
  await scene.untilCommitted(scene.groups.sender, scene.topics.deliveries, 0, 4);
  expect(performance.now() - sinceMs).toBeGreaterThan(4_500);
  expect(receiver.requests).toHaveLength(2);
  // They are on the log; whoever follows it may read them a moment later, of each partition by itself.
  await waitFor(() => facts().length === 4 && retries().length === 2, { what: 'both to be read as deferred' });
  expect(facts().slice(2)).toMatchObject([
    { kind: 'deferred', reason: 'configuration behind' },
    { kind: 'deferred', reason: 'configuration behind' },
  ]);
  expect(new Map(retries().map(({ delivery }) => [delivery.eventId, delivery.deferrals]))).toEqual(
    new Map([
      ['too far ahead', 1],
      ['of nobody', 1],
    ]),
  );
  await receiver.close();
  expect(scene.fatal).toEqual([]);
});
