import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { anEvent, waitFor } from '@signalbox/testing';
import { aDelivery } from '../testing/dispatcher-fixtures.ts';
import type { DeliveryRecord } from '../testing/log-scene.ts';
import { LogScene } from '../testing/log-scene.ts';

const webhook = (index: number): string => `webhook000000router${String(index).padStart(2, '0')}`;

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

const untilDone = (offset: number): Promise<void> =>
  scene.untilCommitted(scene.groups.router, scene.topics.authEvents[0] ?? '', 0, offset);
const configure = async (count: number): Promise<void> => {
  for (let index = 0; index < count; index++) {
    await scene.configure({ id: webhook(index), url: 'http://127.0.0.1:1/nobody' });
  }
};
const routed = (): string[] => deliveries().map(({ key, delivery }) => `${delivery.sourceOffset} for ${String(key)}`);

describe('a router that takes over', () => {
  it('produces of each event what deliveries does not have', async () => {
    await configure(2);
    await scene.publish([anEvent(), anEvent()]);
    const sourceTopic = scene.topics.authEvents[0] ?? '';
    const [first] = await scene.records(sourceTopic);
    const made = { sourceTopic, sourcePartition: 0, sourceOffset: 0, firstScheduledAtMs: first?.timestampMs ?? 0 };
    await scene.deliver(webhook(1), 1, aDelivery(webhook(1), `${sourceTopic}/0/0`, made));
    await scene.play('router');
    await untilDone(2);
    expect(routed().toSorted()).toEqual(
      [`0 for ${webhook(0)}`, `0 for ${webhook(1)}`, `1 for ${webhook(0)}`, `1 for ${webhook(1)}`].toSorted(),
    );
  });

  it('repeats nothing when its predecessor was killed between deliveries and their commit', async () => {
    await configure(4);
    const first = scene.spawn('router');
    await first.untilReady();
    await scene.publish(Array.from({ length: 4_000 }, () => anEvent()));
    await waitFor(() => deliveries().length > 1_000, { what: 'some deliveries', timeoutMs: 20_000 });
    await first.kill();
    await scene.play('router');
    await untilDone(4_000);
    await waitFor(() => new Set(routed()).size === 16_000, { what: 'all deliveries', timeoutMs: 20_000 });
    expect(routed()).toHaveLength(16_000);
  });

  it('gets no company from a predecessor that was stopped and goes on: what that had queued is void', async () => {
    await configure(8);
    const events = 10_000;
    await scene.publish(Array.from({ length: events }, () => anEvent()));
    const first = scene.spawn('router');
    await waitFor(() => deliveries().length > 1_000, { what: 'some deliveries', timeoutMs: 30_000, everyMs: 2 });
    first.freeze();
    expect(new Set(routed()).size).toBeLessThan(events * 7);
    await scene.play('router');
    await untilDone(events);
    await waitFor(() => new Set(routed()).size === events * 8, { what: 'all deliveries', timeoutMs: 30_000 });
    const joins = (): number => first.output().split('kafka.group_joined').length - 1;
    const before = joins();
    first.thaw();
    await waitFor(() => joins() > before, { what: 'its way back', timeoutMs: 30_000 });
    // A clean stop sends what is still queued.
    await first.stop();
    await scene.publish([anEvent()]);
    await untilDone(events + 1);
    await waitFor(() => new Set(routed()).size === (events + 1) * 8, { what: 'what came last', timeoutMs: 30_000 });
    // What had gone out before it was stopped counts as in flight.
    expect(routed().length - (events + 1) * 8).toBeLessThanOrEqual(500);
  }, 120_000);
});
