import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Customer } from './chaos-load.ts';
import { ChaosLoad, customers } from './chaos-load.ts';
import type { Interruption } from './chaos-system.ts';
import { ChaosSystem, IS_LONG } from './chaos-system.ts';
import { expectNothingWrong, untilEnoughUnderWay } from './delivery-expectations.ts';

const ROLES = ['dispatcher-router', 'dispatcher-sender', 'dispatcher-scheduler'] as const;
const RESTARTS = IS_LONG ? 5 : 1;
const TIMEOUT_MS = IS_LONG ? 900_000 : 240_000;

const steady: Customer = { failures: 0, delaysMs: [1_000], slownessMs: 60 };
/** Some of its POSTs are under way for longer than it takes to end Kafka. */
const slow: Customer = { failures: 0, delaysMs: [1_000], slownessMs: 800 };
const flaky: Customer = { failures: 1, delaysMs: [1_500, 1_000], slownessMs: 0 };

let system: ChaosSystem;

beforeAll(async () => {
  system = await ChaosSystem.start(['config-service', ...ROLES], { brokers: 1 });
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
      // A stop excuses nothing: what is of another class came by a generation that a starved machine has made.
      expect(audit.duplicated.other).toBe(0);
    },
    TIMEOUT_MS,
  );
});

describe('a stop while Kafka is away', () => {
  it(
    'ends in time, says that it left something undone, and loses nothing',
    async () => {
      await using load = await ChaosLoad.start(system, 'Role.Deleted', customers([28, slow], [12, flaky]));
      const { kafka, sandbox } = system;
      const { receiver } = load;
      const underWay = await untilEnoughUnderWay(load, async () => {
        await load.topUp(3_200);
        const target = receiver.posts.length + system.random.between(100, 800);
        await receiver.watch.until(`${target} POSTs`, () => receiver.posts.length >= target, 60_000);
      });
      const awayAtMs = Date.now();
      // At once, before any of them has ended because Kafka is away.
      const stopping = ROLES.map(async (service) => {
        await sandbox.stopService(service);
        return { service, ...sandbox.exitOf(service), tookMs: Date.now() - awayAtMs };
      });
      await Promise.all(kafka.nodes.map(async (node) => node.kill()));
      const stops = await Promise.all(stopping);
      const log = await readFile(join(sandbox.dir, 'logs', 'dispatcher-sender.log'), 'utf8');
      await Promise.all(kafka.nodes.map(async (node) => node.start()));
      await Promise.all([system.logs.reopen(), system.commits.reopen()]);
      await Promise.all(ROLES.map(async (service) => sandbox.startService(service)));
      const unrest = { atMs: awayAtMs, untilMs: Date.now(), mayComeBack: true, mayMakeTwins: true };
      await load.publish(10);
      await system.waitUntilIdle(180_000);
      const notes = stops.map(
        ({ service, code, signal, tookMs }) =>
          `${service} ended after ${(tookMs / 1_000).toFixed(1)} s (${signal ?? `exit code ${code}`})`,
      );
      const audit = load.audit(`SIGTERM with ${underWay} under way while Kafka is away`, [], notes, [unrest]);
      expectNothingWrong(audit);
      expect(audit.duplicated.other).toBe(0);
      // These POSTs are short, and Kafka is not waited for longer than 20 s; a signal would be the supervisor's kill.
      expect(stops.filter(({ signal, tookMs }) => signal !== null || tookMs > 30_000)).toEqual([]);
      expect(stops).toContainEqual(expect.objectContaining({ service: 'dispatcher-sender', code: 1 }));
      expect(log).toContain('what it had not settled is left to the next start');
    },
    TIMEOUT_MS,
  );
});
