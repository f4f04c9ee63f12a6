import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Delivery, Fact } from '@signalbox/contracts';
import { ReceiverServer, waitFor } from '@signalbox/testing';
import { aDelivery } from '../testing/dispatcher-fixtures.ts';
import type { DeliveryRecord } from '../testing/log-scene.ts';
import { LogScene } from '../testing/log-scene.ts';

const WEBHOOK = 'webhook000scheduler01';

/** Longer than the tier of 5 s and what is held in memory behind it, even where the machine is some seconds late. */
const LONG_WAIT_MS = 19_000;
/** Waits on logs of its own while all tests run. */
let waiting: LogScene;
let receiver: ReceiverServer;
let factsOfWaiting: () => Fact[];
let inTier: () => DeliveryRecord[];
beforeAll(async () => {
  [waiting, receiver] = await Promise.all([LogScene.start(), ReceiverServer.start()]);
  receiver.answer({ status: 503, headers: { 'retry-after': String(LONG_WAIT_MS / 1_000) } }, 200);
  factsOfWaiting = await waiting.facts();
  inTier = await waiting.deliveries(waiting.topics.retries[1]);
  await waiting.configure({ id: WEBHOOK, url: receiver.url });
  await waiting.play('sender', 'scheduler');
  await waiting.deliver(WEBHOOK, 0, aDelivery(WEBHOOK, 'waiting', { roundStartedAtMs: Date.now() }));
});
afterAll(async () => {
  await receiver.close();
  await waiting[Symbol.asyncDispose]();
  expect(waiting.fatal).toEqual([]);
});

let scene: LogScene;
let deliveries: () => DeliveryRecord[];
beforeEach(async () => {
  scene = await LogScene.start();
  deliveries = await scene.deliveries();
});
afterEach(async () => {
  await scene[Symbol.asyncDispose]();
  expect(scene.fatal).toEqual([]);
});

const wait = (tier: number, delivery: Delivery, dueInMs = 0) =>
  scene.wait(WEBHOOK, tier, delivery, { dueAtMs: Date.now() + dueInMs, reason: 'retry: test' });
const untilDone = (tier: number, offset: number): Promise<void> =>
  scene.untilCommitted(scene.groups.scheduler, scene.topics.retries[tier] ?? '', 0, offset);
const moved = (): string[] => deliveries().map(({ delivery }) => delivery.eventId);

describe('twins in the tiers', () => {
  it.each([
    ['a retry', { attemptNumber: 2, deferrals: 0 }],
    ['a delivery that was put off', { attemptNumber: 1, deferrals: 1 }],
    ['a retry that was put off', { attemptNumber: 3, deferrals: 2 }],
  ])('of %s go on as one, in one tier or in two', async (_, position) => {
    const twin = aDelivery(WEBHOOK, 'twin', position);
    await wait(0, twin);
    await wait(0, twin);
    await wait(1, twin, 6_000);
    // Neither the next turn nor a resend of the same delivery is a twin.
    await wait(0, { ...twin, deferrals: twin.deferrals + 1 });
    await wait(0, { ...twin, round: 1 });
    await scene.play('scheduler');
    await untilDone(0, 4);
    await untilDone(1, 1);
    expect(
      deliveries()
        .map(({ delivery }) => `${delivery.round} ${delivery.deferrals}`)
        .toSorted(),
    ).toEqual([`0 ${twin.deferrals}`, `0 ${twin.deferrals + 1}`, `1 ${twin.deferrals}`].toSorted());
  });

  it('of what an earlier scheduler moved without a commit stay where they are', async () => {
    const [one, two] = ['one', 'two'].map((name) => aDelivery(WEBHOOK, name, { attemptNumber: 2 }));
    if (one === undefined || two === undefined) throw new Error('no deliveries');
    await wait(0, one);
    await wait(0, two);
    await scene.deliver(WEBHOOK, 2, one, { dueAtMs: Date.now(), reason: 'retry: test' });
    await scene.play('scheduler');
    await untilDone(0, 2);
    expect(moved()).toEqual(['one', 'two']);
  });

  it('are recognised too when they come after a commit and two others have taken over', async () => {
    const retry = aDelivery(WEBHOOK, 'retry', { attemptNumber: 2 });
    await wait(0, retry);
    for (const committed of [1, 2]) {
      const stop = await scene.play('scheduler');
      await untilDone(0, committed);
      await stop();
      if (committed === 1) await wait(0, aDelivery(WEBHOOK, 'between', { attemptNumber: 2 }));
    }
    // A sender that recovers pays what its predecessor had paid.
    await wait(0, retry);
    await wait(0, aDelivery(WEBHOOK, 'other', { attemptNumber: 2 }));
    await scene.play('scheduler');
    await untilDone(0, 4);
    expect(moved()).toEqual(['retry', 'between', 'other']);
  });
});

describe('a wait that is longer than its tier', () => {
  it('goes on through a further tier, and ends at its turn', async () => {
    await waitFor(() => factsOfWaiting().length >= 2, { what: 'its second attempt', timeoutMs: 50_000 });
    const [first, second] = factsOfWaiting();
    if (first?.kind !== 'attempted' || second?.kind !== 'attempted') throw new Error('there are no two attempts');
    const dueAtMs = first.atMs + LONG_WAIT_MS;
    expect(first).toMatchObject({ outcome: 'retrying', statusCode: 503, nextAttemptAtMs: dueAtMs });
    expect(second).toMatchObject({ outcome: 'succeeded', attemptNumber: 2 });
    expect(second.startedAtMs).toBeGreaterThanOrEqual(dueAtMs);
    // From the sender, and from the scheduler each time that the tier was over before its turn.
    const dueTimes = inTier().map((record) => record.wait?.dueAtMs);
    expect(dueTimes.length).toBeGreaterThanOrEqual(2);
    expect(new Set(dueTimes)).toEqual(new Set([dueAtMs]));
    expect(receiver.requests).toHaveLength(2);
  });
});
