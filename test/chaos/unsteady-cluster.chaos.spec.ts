import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { waitFor } from '@signalbox/testing';
import type { Customer } from './chaos-load.ts';
import { ChaosLoad, customers } from './chaos-load.ts';
import { ChaosSystem, IS_LONG } from './chaos-system.ts';
import type { Unrest } from './delivery-audit.ts';
import { expectNothingWrong } from './delivery-expectations.ts';

const ROUNDS = IS_LONG ? 6 : 1;
/** Before its brokers are started again, which takes some seconds more: 10 to 15 in all, in the short form. */
const AWAY_MS = IS_LONG ? 120_000 : 4_000;
const TIMEOUT_MS = IS_LONG ? 900_000 : 240_000;
const IDLE_WITHIN_MS = IS_LONG ? 300_000 : 180_000;
/** A session lasts 6 s: whoever is stopped for longer is taken for dead. */
const STOPPED_MS = 8_000;

const steady: Customer = { failures: 0, delaysMs: [1_000], slownessMs: 300 };
const flaky: Customer = { failures: 1, delaysMs: [1_000, 1_000], slownessMs: 300 };
const CUSTOMERS = customers([28, steady], [12, flaky]);

const SENDERS = ['dispatcher-sender', 'dispatcher-sender-2'] as const;

/** Each with an event type of its own; the short form stops the one that sends. */
const STOPPED = (
  [
    ['dispatcher-sender', 'User.Deleted'],
    ['dispatcher-router', 'Scope.Created'],
    ['dispatcher-scheduler', 'Scope.Deleted'],
  ] as const
).slice(0, IS_LONG ? 3 : 1);

/** A partition goes from one sender to another, and not back to the first within a POST's time. */
const AS_SHARED = { mayComeBack: false };
/** A sender that is not heard of is expelled, and may get again what it had. */
const EXPELLED = { mayComeBack: true };
/** Other roles that were stopped, and brokers that were away, may make twins. */
const ANYHOW = { mayComeBack: true, mayMakeTwins: true };

let system: ChaosSystem;

beforeAll(async () => {
  const roles = ['dispatcher-router', 'dispatcher-sender', 'dispatcher-scheduler'] as const;
  const instances = { 'dispatcher-sender': SENDERS.length };
  system = await ChaosSystem.start(['config-service', ...roles], { brokers: 3, instances });
}, 180_000);
afterAll(async () => {
  await system[Symbol.asyncDispose]();
}, 60_000);

/** Runs `disturb` under load and waits until all members are at rest again; all of that is unrest. */
async function disturbed(
  load: ChaosLoad,
  events: number,
  excused: Omit<Unrest, 'atMs' | 'untilMs'>,
  disturb: () => Promise<void>,
): Promise<Unrest> {
  const target = load.receiver.posts.length + system.random.between(100, 600);
  await Promise.all([
    load.publish(events),
    load.receiver.watch.until(`${target} POSTs`, () => load.receiver.posts.length >= target, 60_000),
  ]);
  const atMs = Date.now();
  await disturb();
  await system.waitForMembers(system.groups.sender, SENDERS.length, 120_000);
  return { atMs, untilMs: Date.now(), ...excused };
}

const untilPostAfter = async ({ receiver }: ChaosLoad, sinceMs: number, timeoutMs: number): Promise<string> => {
  const isLater = ({ receivedAtMs }: { receivedAtMs: number }): boolean => receivedAtMs > sinceMs;
  await receiver.watch.until('a POST', () => receiver.posts.some(isLater), timeoutMs);
  return `${(((receiver.posts.find(isLater)?.receivedAtMs ?? NaN) - sinceMs) / 1_000).toFixed(1)} s`;
};

async function expectAllDelivered(
  load: ChaosLoad,
  title: string,
  notes: readonly string[],
  unrests: readonly Unrest[],
): Promise<void> {
  await system.waitUntilIdle(IDLE_WITHIN_MS);
  const audit = load.audit(title, [], notes, unrests);
  expectNothingWrong(audit);
  expect(audit.duplicated.other).toBe(0);
}

describe('nothing is lost, and only what was in flight comes twice', () => {
  it(
    'when a sender is added, and removed again',
    async () => {
      await using load = await ChaosLoad.start(system, 'User.Created', CUSTOMERS);
      const [, second] = SENDERS;
      const unrests: Unrest[] = [];
      for (let round = 0; round < ROUNDS; round++) {
        unrests.push(
          await disturbed(load, 60, AS_SHARED, async () => {
            await system.sandbox.stopService(second);
            await system.waitForMembers(system.groups.sender, 1, 60_000);
            await load.publish(40);
            await system.sandbox.startService(second);
          }),
        );
      }
      await expectAllDelivered(load, 'a sender removed and added', [], unrests);
    },
    TIMEOUT_MS,
  );

  it.each(STOPPED)(
    'when the %s is stopped for longer than its session, and goes on',
    async (service, eventType) => {
      await using load = await ChaosLoad.start(system, eventType, CUSTOMERS);
      const unrests: Unrest[] = [];
      const notes: string[] = [];
      const excused = service === 'dispatcher-sender' ? EXPELLED : ANYHOW;
      for (let round = 0; round < ROUNDS; round++) {
        unrests.push(
          await disturbed(load, 60, excused, async () => {
            const pid = system.sandbox.pidOf(service);
            if (pid === undefined) throw new Error(`${service} does not run`);
            const { underWay } = load;
            process.kill(pid, 'SIGSTOP');
            const stoppedAtMs = Date.now();
            await load.publish(20);
            await waitFor(() => Date.now() - stoppedAtMs >= STOPPED_MS, { what: 'time', timeoutMs: STOPPED_MS * 2 });
            process.kill(pid, 'SIGCONT');
            const continuedAtMs = Date.now();
            await load.publish(10);
            notes.push(
              `stopped with ${underWay} under way; a POST ${await untilPostAfter(load, continuedAtMs, 60_000)} after it went on`,
            );
          }),
        );
      }
      await expectAllDelivered(load, `SIGSTOP of the ${service}`, notes, unrests);
    },
    TIMEOUT_MS,
  );

  it(
    'when one of three brokers at a time is killed',
    async () => {
      await using load = await ChaosLoad.start(system, 'Role.Created', CUSTOMERS);
      const unrests: Unrest[] = [];
      const notes: string[] = [];
      const first = system.random.between(0, 2);
      for (let round = 0; round < ROUNDS; round++) {
        const number = (first + round) % 3;
        unrests.push(
          await disturbed(load, 60, ANYHOW, async () => {
            const node = system.kafka.nodes[number];
            const { underWay } = load;
            await node?.kill();
            const killedAtMs = Date.now();
            await load.publish(40);
            notes.push(
              `broker ${number + 1} killed with ${underWay} under way; a POST ${await untilPostAfter(load, killedAtMs, 60_000)} later`,
            );
            // Before that the controller would take the new process for the old one.
            await system.waitForBrokers(2, 60_000);
            await node?.start();
            await system.waitForReplicas(60_000);
            await system.commits.reopen();
          }),
        );
      }
      await expectAllDelivered(load, 'kill -9 of one broker at a time', notes, unrests);
    },
    TIMEOUT_MS,
  );

  it(
    'when all of Kafka is killed, and comes back',
    async () => {
      await using load = await ChaosLoad.start(system, 'Role.Deleted', CUSTOMERS);
      const notes: string[] = [];
      const { nodes } = system.kafka;
      const unrest = await disturbed(load, 60, ANYHOW, async () => {
        const { underWay } = load;
        await Promise.all(nodes.map(async (node) => node.kill()));
        const awayAtMs = Date.now();
        const published = load.publish(20);
        await waitFor(() => Date.now() - awayAtMs >= AWAY_MS, { what: 'time', timeoutMs: AWAY_MS * 2, everyMs: 100 });
        await Promise.all(nodes.map(async (node) => node.start()));
        const backAtMs = Date.now();
        await Promise.all([published, system.logs.reopen(), system.commits.reopen()]);
        notes.push(
          `Kafka away for ${((backAtMs - awayAtMs) / 1_000).toFixed(1)} s with ${underWay} under way; a POST ${await untilPostAfter(load, backAtMs, 120_000)} after it was back`,
        );
      });
      await expectAllDelivered(load, 'kill -9 of all of Kafka', notes, [unrest]);
    },
    TIMEOUT_MS,
  );
});
