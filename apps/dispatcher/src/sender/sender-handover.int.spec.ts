import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Answer, ReceivedRequest } from '@signalbox/testing';
import { ReceiverServer, waitFor } from '@signalbox/testing';
import { aDelivery } from '../testing/dispatcher-fixtures.ts';
import type { DeliveryRecord } from '../testing/log-scene.ts';
import { LogScene } from '../testing/log-scene.ts';

const WEBHOOK = 'webhook00000handover1';
const PARTITIONS = [0, 1, 2, 3];
const OK: Answer = { status: 200 };
const FAILED: Answer = { status: 500 };

/** A POST that gets no answer before the test says which. */
interface HeldPost {
  readonly id: string;
  readonly answer: (answer: Answer) => void;
}

let scene: LogScene;
let receiver: ReceiverServer;
let posts: HeldPost[];

const idOf = ({ body }: ReceivedRequest): string => (JSON.parse(body.toString()) as { id: string }).id;
const received = (id: string): number => receiver.requests.filter((request) => idOf(request) === id).length;
const postsOf = (id: string): HeldPost[] => posts.filter((post) => post.id === id);
const deliver = (partition: number, id: string) => scene.deliver(WEBHOOK, partition, aDelivery(WEBHOOK, id));
const deliverEverywhere = async (name: string): Promise<void> => {
  for (const partition of PARTITIONS) await deliver(partition, `${name}${partition}`);
};
const committed = (partition: number): number =>
  scene.committed(scene.groups.sender, scene.topics.deliveries, partition)?.offset ?? 0;
const untilDone = (offset: number, partition: number): Promise<void> =>
  scene.untilCommitted(scene.groups.sender, scene.topics.deliveries, partition, offset);

beforeEach(async () => {
  posts = [];
  [scene, receiver] = await Promise.all([LogScene.start(), ReceiverServer.start()]);
  await scene.configure({ id: WEBHOOK, url: receiver.url, timeoutMs: 30_000 });
  receiver.answerBy((request) => {
    const id = idOf(request);
    if (!id.startsWith('held')) return OK;
    return new Promise((answer) => posts.push({ id, answer }));
  });
});
afterEach(async () => {
  for (const { answer } of posts) answer(OK);
  await receiver.close();
  await scene[Symbol.asyncDispose]();
  expect(scene.fatal).toEqual([]);
});

/** A sender with a POST under way at the beginning of each partition, and one that is done behind it. */
async function startFirst(): Promise<void> {
  const facts = await scene.facts();
  await deliverEverywhere('held');
  await deliverEverywhere('done');
  await scene.play('sender');
  await waitFor(() => posts.length === 4 && facts().length === 4, { what: 'a POST and a fact of each partition' });
}

/** What another sender took over: it sends again what was under way there. */
async function untilMoved(): Promise<{ moved: number[]; kept: number[] }> {
  const isMoved = (partition: number): boolean => postsOf(`held${partition}`).length === 2;
  await waitFor(() => PARTITIONS.filter(isMoved).length === 2, { what: 'the hand-over', timeoutMs: 30_000 });
  return { moved: PARTITIONS.filter(isMoved), kept: PARTITIONS.filter((partition) => !isMoved(partition)) };
}

describe('partitions between senders', () => {
  it('that are kept: POSTs go on, and what is done or under way is not sent again', async () => {
    await startFirst();
    await scene.play('sender');
    const { moved, kept } = await untilMoved();
    // All is read again from the committed offset; these come behind it.
    await deliverEverywhere('later');
    await waitFor(() => PARTITIONS.every((partition) => received(`later${partition}`) === 1), {
      what: 'the later ones',
    });
    for (const partition of PARTITIONS) expect([partition, committed(partition)]).toEqual([partition, 0]);
    for (const { answer } of posts) answer(OK);
    for (const partition of PARTITIONS) await untilDone(3, partition);
    for (const partition of PARTITIONS) expect(received(`done${partition}`)).toBe(1);
    for (const partition of kept) expect(received(`held${partition}`)).toBe(1);
    for (const partition of moved) expect(received(`held${partition}`)).toBe(2);
  });

  it('that are lost: a POST that ends late leaves its fact, no retry and no commit', async () => {
    const facts = await scene.facts();
    const retries = await scene.deliveries(scene.topics.retries[0]);
    await startFirst();
    await scene.play('sender');
    const { moved, kept } = await untilMoved();
    const factsOf = (id: string) =>
      facts().filter(({ deliveryId }) => deliveryId === aDelivery(WEBHOOK, id).deliveryId);
    const retriesOf = (id: string): DeliveryRecord[] => retries().filter(({ delivery }) => delivery.eventId === id);
    for (const partition of moved) postsOf(`held${partition}`)[0]?.answer(FAILED);
    await waitFor(() => moved.every((partition) => factsOf(`held${partition}`).length === 1), {
      what: 'the late facts',
    });
    // What a partition that is kept owes comes through the same producer, behind what the others would.
    for (const partition of kept) postsOf(`held${partition}`)[0]?.answer(FAILED);
    await waitFor(() => kept.every((partition) => retriesOf(`held${partition}`).length === 1), {
      what: 'their retries',
    });
    for (const partition of kept) await untilDone(2, partition);
    for (const partition of moved) {
      expect(retriesOf(`held${partition}`)).toEqual([]);
      expect(committed(partition)).toBe(0);
      postsOf(`held${partition}`)[1]?.answer(FAILED);
    }
    for (const partition of moved) await untilDone(2, partition);
    for (const partition of PARTITIONS) {
      expect(retriesOf(`held${partition}`).map(({ delivery }) => delivery.attemptNumber)).toEqual([2]);
    }
  });

  it('that went away while a sender was stopped: when it goes on it starts nothing that it had queued', async () => {
    const queued = Array.from({ length: 40 }, (_, index) => `queued${index}`);
    for (let index = 0; index < 4; index++) await deliver(0, `held${index}`);
    for (const id of queued) await deliver(0, id);
    const first = scene.spawn('sender');
    // As many as may go at once in the beginning.
    await waitFor(() => posts.length === 4, { what: 'its POSTs', timeoutMs: 30_000 });
    first.freeze();
    await scene.play('sender');
    await waitFor(() => posts.length === 8, { what: 'the POSTs of the other one', timeoutMs: 30_000 });
    for (const { answer } of posts.slice(4)) answer(OK);
    await untilDone(44, 0);
    const joins = (): number => first.output().split('kafka.group_joined').length - 1;
    const before = joins();
    // Their answers wait for it when it goes on, and make room for what is queued.
    for (const { answer } of posts) answer(OK);
    first.thaw();
    await waitFor(() => joins() > before, { what: 'its way back', timeoutMs: 30_000 });
    await first.stop();
    for (const id of queued) expect([id, received(id)]).toEqual([id, 1]);
  });

  it('that are regained: what the other did meanwhile counts, what was under way before the loss does not', async () => {
    const retries = await scene.deliveries(scene.topics.retries[0]);
    await startFirst();
    const other = scene.spawn('sender');
    const { moved } = await untilMoved();
    for (const partition of moved) postsOf(`held${partition}`)[1]?.answer(OK);
    for (const partition of moved) await untilDone(2, partition);
    for (const partition of moved) {
      await deliver(partition, `held-by-other${partition}`);
      await deliver(partition, `done-by-other${partition}`);
    }
    const facts = await scene.facts();
    const isDone = (partition: number): boolean =>
      facts().some(({ deliveryId }) => deliveryId === aDelivery(WEBHOOK, `done-by-other${partition}`).deliveryId);
    await waitFor(
      () => moved.every((partition) => postsOf(`held-by-other${partition}`).length === 1 && isDone(partition)),
      {
        what: 'the work of the other one',
      },
    );
    await other.kill();
    await waitFor(() => moved.every((partition) => postsOf(`held-by-other${partition}`).length === 2), {
      what: 'the return',
      timeoutMs: 30_000,
    });
    // The very first POSTs, from before the loss, end now.
    for (const partition of moved) postsOf(`held${partition}`)[0]?.answer(FAILED);
    for (const partition of moved) postsOf(`held-by-other${partition}`)[1]?.answer(OK);
    for (const partition of moved) await untilDone(4, partition);
    for (const partition of moved) {
      expect(received(`held${partition}`)).toBe(2);
      expect(received(`done${partition}`)).toBe(1);
      expect(received(`done-by-other${partition}`)).toBe(1);
    }
    expect(retries()).toEqual([]);
  });
});
