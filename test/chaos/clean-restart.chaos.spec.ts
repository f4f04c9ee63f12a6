import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Customer } from './chaos-load.ts';
import { ChaosLoad, customers } from './chaos-load.ts';
import type { Interruption } from './chaos-system.ts';
import { ChaosSystem, IS_LONG } from './chaos-system.ts';
import { expectNothingWrong, untilEnoughUnderWay } from './delivery-expectations.ts';

const RESTARTS = IS_LONG ? 5 : 1;
const TIMEOUT_MS = IS_LONG ? 900_000 : 240_000;

const steady: Customer = { failures: 0, delaysMs: [1_000], slownessMs: 60 };
const flaky: Customer = { failures: 1, delaysMs: [1_500, 1_000], slownessMs: 0 };

let system: ChaosSystem;

beforeAll(async () => {
  system = await ChaosSystem.start([
    'config-service',
    'dispatcher-router',
    'dispatcher-sender',
    'dispatcher-scheduler',
  ]);
}, 120_000);
afterAll(async () => {
  await system[Symbol.asyncDispose]();
}, 60_000);

describe('a clean stop loses nothing and makes no duplicate', () => {
  it.each([
    ['dispatcher-sender', 'User.Created', customers([28, steady], [12, flaky])],
    ['dispatcher-router', 'User.Deleted', customers([28, steady], [12, flaky])],
    ['dispatcher-scheduler', 'Role.Created', customers([8, steady], [32, flaky])],
  ] as const)(
    'of the %s under load',
    async (service, eventType, groups) => {
      await using load = await ChaosLoad.start(system, eventType, groups);
      const { receiver } = load;
      const stops: Interruption[] = [];
      const notes: string[] = [];
      for (let round = 0; round < RESTARTS; round++) {
        const underWay = await untilEnoughUnderWay(load, async () => {
          const target = receiver.posts.length + system.random.between(100, 800);
          await Promise.all([
            load.topUp(3_200),
            receiver.watch.until(`${target} POSTs`, () => receiver.posts.length >= target, 60_000),
          ]);
        });
        const stop = await load.interrupt(service, 'stopped', 20);
        stops.push(stop);
        const [downS, readyS] = [stop.startedAgainAtMs, stop.readyAtMs].map((ms) => (ms - stop.atMs) / 1_000);
        notes.push(
          `stopped with ${underWay} under way; it was down after ${downS?.toFixed(1)} s, back after ${readyS?.toFixed(1)} s`,
        );
      }
      await system.waitUntilIdle(180_000);
      const audit = load.audit(`SIGTERM of the ${service}`, stops, notes);
      expectNothingWrong(audit);
      expect(audit.duplicated).toEqual({ 'answered but unacknowledged': 0, 'in flight at hand-over': 0, other: 0 });
    },
    TIMEOUT_MS,
  );
});
