import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { waitFor } from '@signalbox/testing';
import { ApiClient, type Webhook } from '../support/api-client.ts';
import type { Customer } from './chaos-load.ts';
import { ChaosLoad, customers } from './chaos-load.ts';
import { ChaosSystem, IS_LONG } from './chaos-system.ts';
import { expectNothingWrong, LEAST_IN_FLIGHT, untilEnoughUnderWay } from './delivery-expectations.ts';
import { ReadModel } from './read-model.ts';

const KILLS = IS_LONG ? 10 : 2;

const steady: Customer = { failures: 0, delaysMs: [1_000], slownessMs: 200 };
const flaky: Customer = { failures: 1, delaysMs: [1_000, 1_000], slownessMs: 0 };

let system: ChaosSystem;
let readModel: ReadModel;

beforeAll(async () => {
  const dispatcher = ['dispatcher-router', 'dispatcher-sender', 'dispatcher-scheduler'] as const;
  system = await ChaosSystem.start(['monitoring', 'config-service', ...dispatcher]);
  readModel = await ReadModel.connect(system.sandbox.runInfo);
}, 120_000);
afterAll(async () => {
  await readModel[Symbol.asyncDispose]();
  await system[Symbol.asyncDispose]();
}, 60_000);

describe('the projection is exactly-once', () => {
  it(
    'a recount equals the read model when monitoring was killed, before it is started again and when it has caught up',
    async () => {
      await using load = await ChaosLoad.start(system, 'User.Created', customers([28, steady], [12, flaky]));
      const { logs } = system;
      const notes: string[] = [];
      for (let round = 0; round < KILLS; round++) {
        let atKill = { facts: 0, unprojected: 0 };
        const underWay = await untilEnoughUnderWay(load, async () => {
          const target = (await readModel.projected()).facts + system.random.between(100, 600);
          await load.topUp(2_400);
          await waitFor(async () => (await readModel.projected()).facts >= target, {
            what: `${target} facts to be projected`,
            timeoutMs: 60_000,
          });
          // So many at once that it is behind for a moment.
          await load.topUp(3_600);
          atKill = await waitFor(
            async () => {
              const { facts, deliveries } = await readModel.projected();
              const unprojected = logs.records - facts - deliveries;
              return unprojected >= LEAST_IN_FLIGHT && { facts, unprojected };
            },
            { what: 'records that are not projected', everyMs: 1, timeoutMs: 60_000 },
          );
        });
        let whileDown = '';
        const kill = await system.interrupt('monitoring', 'killed', async () => {
          await load.publish(10);
          const { isEqual, output } = await readModel.verify();
          whileDown = output;
          expect({ isEqual, output }).toMatchObject({ isEqual: true });
        });
        await waitFor(async () => (await readModel.projected()).facts > atKill.facts + LEAST_IN_FLIGHT, {
          what: 'the next process to project',
          timeoutMs: 60_000,
        });
        const resumedS = ((Date.now() - kill.startedAgainAtMs) / 1_000).toFixed(1);
        const compared = /\d+ deliveries compared/.exec(whileDown)?.[0];
        notes.push(
          `killed with ${underWay} under way and ${atKill.unprojected} records not projected; ${compared} while it was down, all equal; it projected again ${resumedS} s after its start`,
        );
      }
      await system.waitUntilIdle(180_000);
      await waitFor(
        async () => {
          const { facts, deliveries } = await readModel.projected();
          return facts + deliveries >= logs.records;
        },
        { what: 'all records to be projected', timeoutMs: 60_000 },
      );
      const { isEqual, deliveries, output } = await readModel.verify();
      const audit = load.audit('kill -9 of monitoring', [], [...notes, ...output.split('\n')]);
      expect({ isEqual, output }).toMatchObject({ isEqual: true });
      expectNothingWrong(audit);
      // Counted at the publisher: a recount alone would not notice what neither the topic nor the tables have.
      expect(deliveries).toBe(audit.expected);
      const api = new ApiClient(system.sandbox.runInfo);
      const webhooks = await api.call<Webhook[]>('GET', '/api/hooks?includeExecutionStats=true', 200);
      const stats = webhooks.map(({ executionStats }) => executionStats);
      const events = audit.expected / webhooks.length;
      expect(stats).toEqual(webhooks.map(() => ({ successCount: events, requestCount: events })));
    },
    IS_LONG ? 900_000 : 240_000,
  );
});
