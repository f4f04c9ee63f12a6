import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Answer } from '@signalbox/testing';
import { ReceiverServer, waitFor } from '@signalbox/testing';
import { aDelivery, anAttempt } from '../testing/dispatcher-fixtures.ts';
import { LogScene } from '../testing/log-scene.ts';
import { attemptsMetadata } from './application/sender-recovery.ts';

const WEBHOOK = 'webhook00000recovery1';

let scene: LogScene;
let receiver: ReceiverServer;
beforeEach(async () => {
  [scene, receiver] = await Promise.all([LogScene.start(), ReceiverServer.start()]);
});
afterEach(async () => {
  await receiver.close();
  await scene[Symbol.asyncDispose]();
  expect(scene.fatal).toEqual([]);
});

const events = (count: number): string[] => Array.from({ length: count }, (_, index) => `e${index}`);
/** The deliveries of these events, in one partition, from offset 0 on. */
const deliver = async (names: readonly string[], partition = 0): Promise<void> => {
  for (const name of names) await scene.deliver(WEBHOOK, partition, aDelivery(WEBHOOK, name));
};
const received = (): string[] =>
  receiver.requests.map(({ body }) => (JSON.parse(body.toString()) as { id: string }).id);
const untilDone = (offset: number, partition = 0): Promise<void> =>
  scene.untilCommitted(scene.groups.sender, scene.topics.deliveries, partition, offset);
const metadata = (partition = 0): string | undefined =>
  scene.committed(scene.groups.sender, scene.topics.deliveries, partition)?.metadata;
const at = (offset: number, partition = 0) => ({ topic: scene.topics.deliveries, partition, offset });

describe('a sender that takes over', () => {
  it('sends nothing that a fact names, whoever made it, and the rest', async () => {
    await scene.configure({ id: WEBHOOK, url: receiver.url });
    await deliver(events(5));
    for (const offset of [1, 3]) await scene.state(0, anAttempt(WEBHOOK, aDelivery(WEBHOOK, `e${offset}`), offset));
    await scene.play('sender');
    await untilDone(5);
    expect(received().toSorted()).toEqual(['e0', 'e2', 'e4']);
  });

  it('takes no fact about a record of an earlier topic for one about its own', async () => {
    await scene.configure({ id: WEBHOOK, url: receiver.url });
    await deliver(events(2));
    await scene.state(0, anAttempt(WEBHOOK, aDelivery(WEBHOOK, 'of the topic before'), 1));
    await scene.play('sender');
    await untilDone(2);
    expect(received().toSorted()).toEqual(['e0', 'e1']);
  });

  it('produces again what a fact owes, with the same ids and the same time, and sends nothing', async () => {
    await scene.configure({ id: WEBHOOK, url: receiver.url });
    await deliver(events(2));
    const dueAtMs = Date.now() + 3_600_000;
    const [retried, deferred] = events(2).map((name) => aDelivery(WEBHOOK, name));
    if (retried === undefined || deferred === undefined) throw new Error('no deliveries');
    await scene.state(0, anAttempt(WEBHOOK, retried, 0, { outcome: 'retrying', nextAttemptAtMs: dueAtMs }));
    const {
      kind: _,
      outcome: __,
      startedAtMs: ___,
      timings: ____,
      statusCode: _____,
      ...base
    } = anAttempt(WEBHOOK, deferred, 1);
    await scene.state(0, { ...base, kind: 'deferred', reason: 'breaker open', dueAtMs: dueAtMs + 7 });
    // The tier that fits an hour.
    const waiting = await scene.deliveries(scene.topics.retries[5]);
    await scene.play('sender');
    await untilDone(2);
    expect(received()).toEqual([]);
    const owed = waiting().map(({ delivery, wait }) => [
      delivery.deliveryId,
      delivery.attemptNumber,
      delivery.deferrals,
      wait?.dueAtMs,
    ]);
    expect(owed.toSorted()).toEqual(
      [
        [retried.deliveryId, 2, 0, dueAtMs],
        [deferred.deliveryId, 1, 1, dueAtMs + 7],
      ].toSorted(),
    );
  });

  it('reads facts from the position that was committed with the offset, and from the beginning where none was', async () => {
    await scene.configure({ id: WEBHOOK, url: receiver.url });
    await deliver(events(4));
    await scene.state(0, anAttempt(WEBHOOK, aDelivery(WEBHOOK, 'e1'), 1));
    await scene.state(0, anAttempt(WEBHOOK, aDelivery(WEBHOOK, 'e2'), 2));
    // Whoever committed this held e0 when one fact was there: that of e1 need not be looked for, that of e2 must be.
    await scene.commit(scene.groups.sender, [{ ...at(0), metadata: attemptsMetadata(1) }]);
    await scene.play('sender');
    await untilDone(4);
    expect(received().toSorted()).toEqual(['e0', 'e1', 'e3']);
  });

  it('knows what was done while a record was held for 10 s, also after a second take-over', async () => {
    await scene.configure({ id: WEBHOOK, url: receiver.url, timeoutMs: 30_000 });
    const facts = await scene.facts();
    let isHeld = true;
    receiver.answerBy(({ body }): Answer => (isHeld && body.includes('"e0"') ? { fault: 'hang' } : {}));
    await deliver(events(1));
    const first = scene.spawn('sender');
    await waitFor(() => received().length === 1, { what: 'the one that hangs' });
    const heldSinceMs = performance.now();
    await deliver(events(40).slice(1));
    await waitFor(() => facts().length === 39, { what: 'the facts of the others', timeoutMs: 30_000 });
    await waitFor(() => performance.now() - heldSinceMs > 10_000, { what: '10 s to pass', timeoutMs: 12_000 });
    expect(metadata()).toBe(attemptsMetadata(0));
    await first.kill();
    // The next one holds it too, and dies as well: what it inherited must not be forgotten.
    const second = scene.spawn('sender');
    await waitFor(() => received().filter((id) => id === 'e0').length === 2, {
      what: 'the one that hangs, again',
      timeoutMs: 30_000,
    });
    await deliver(['late']);
    await waitFor(() => facts().length === 40, { what: 'the fact of a later one', timeoutMs: 30_000 });
    // All partitions are committed together.
    await deliver(['elsewhere'], 1);
    await untilDone(1, 1);
    expect(metadata()).toBe(attemptsMetadata(0));
    await second.kill();
    isHeld = false;
    await scene.play('sender');
    await untilDone(41);
    expect(
      received()
        .filter((id) => id !== 'e0')
        .toSorted(),
    ).toEqual([...events(40).slice(1), 'elsewhere', 'late'].toSorted());
    expect(received().filter((id) => id === 'e0')).toHaveLength(3);
  }, 120_000);

  it('refuses to begin where the log does not reach, says so, and leaves what was committed', async () => {
    await deliver(events(3));
    await scene.commit(scene.groups.sender, [{ ...at(9, 2), metadata: '' }]);
    const outside = scene.spawn('sender');
    expect(await outside.exitCode).toBe(1);
    expect(outside.output()).toContain(`9 of ${scene.topics.deliveries}[2] is outside the log, which has [0, 0]`);
    expect(scene.committed(scene.groups.sender, scene.topics.deliveries, 2)?.offset).toBe(9);
  });
});
