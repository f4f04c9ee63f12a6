import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { anEvent, waitFor } from '@signalbox/testing';
import { LogScene } from '../testing/log-scene.ts';

const WEBHOOKS = 10_000;
/** Together more than a producer holds (16 MiB): the event cannot become all its deliveries at once. */
const EVENT_BYTES = 4 * 1_024;

let scene: LogScene;
beforeEach(async () => {
  scene = await LogScene.start();
});
afterEach(async () => {
  await scene[Symbol.asyncDispose]();
  expect(scene.fatal).toEqual([]);
});

it('makes ten thousand deliveries of one event, each once, in one process that its group does not lose', async () => {
  const ids = Array.from({ length: WEBHOOKS }, (_, index) => `webhook000000fan${String(index).padStart(5, '0')}`);
  await Promise.all(ids.map((id) => scene.configure({ id, url: 'http://127.0.0.1:1/nobody' })));
  const seen = new Map<string, number>();
  await scene.watch(scene.topics.deliveries, ({ key }) => seen.set(String(key), (seen.get(String(key)) ?? 0) + 1));
  const router = scene.spawn('router');
  await router.untilReady();
  const large = Buffer.from(
    anEvent()
      .toString()
      .replace('{', `{"padding":"${'x'.repeat(EVENT_BYTES)}",`),
  );
  await scene.publish([large, anEvent()]);
  await scene.untilCommitted(scene.groups.router, scene.topics.authEvents[0] ?? '', 0, 2);
  await waitFor(() => seen.size === WEBHOOKS, { what: 'all deliveries', timeoutMs: 30_000 });
  await waitFor(() => [...seen.values()].every((count) => count === 2), { what: 'both events', timeoutMs: 30_000 });
  expect(router.output().split('kafka.group_joined')).toHaveLength(2);
  await router.stop();
}, 120_000);
