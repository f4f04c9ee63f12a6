import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { PostgresBreakerHistory } from './health/adapters/postgres/breaker-history.postgres.ts';
import { ProjectingDatabase, deliveryRecord, factRecord } from './projections/testing/projecting-database.ts';
import { readsOf } from './testing/explained-database.ts';
import { attempted, breakerChanged, deferred } from './testing/facts.ts';
import { deliveryJson } from './request-log/domain/delivery-json.ts';
import { PostgresRequestLog } from './request-log/adapters/postgres/request-log.postgres.ts';

const owner = { tenantId: 'default', webhookId: 'webhook1' };
const { deliveryId, firstScheduledAtMs: since } = attempted();
const lastSpell = since + 10_000_000;

let database: ProjectingDatabase;
beforeAll(async () => {
  database = await ProjectingDatabase.start();
  await database.empty();
  const opened = (atMs: number, reason: string) =>
    breakerChanged({ atMs, reason, openSinceMs: atMs, nextProbeAtMs: atMs + 30_000 });
  const closed = (atMs: number) => breakerChanged({ atMs, state: 'closed', reason: 'the probe was answered' });
  // Opened and closed 1,500 times since the first wait, and then open with 150 probes.
  const flaps = Array.from({ length: 1_500 }, (_, index) => since + 60_000 + index * 2_000);
  const probes = Array.from({ length: 150 }, (_, index) => lastSpell + (index + 1) * 60_000);
  const probed = (atMs: number, state: 'open' | 'half-open') =>
    breakerChanged({ atMs, state, reason: 'the probe failed', openSinceMs: lastSpell, nextProbeAtMs: atMs + 60_000 });
  const wait = (atMs: number, deferrals: number) => deferred({ atMs, deferrals, reason: 'breaker open' });
  await database.project(
    deliveryRecord(),
    ...[
      opened(since + 1_000, 'the first reason'),
      wait(since + 2_000, 0),
      closed(since + 3_000),
      wait(since + 4_000, 1),
      ...flaps.flatMap((atMs) => [opened(atMs, 'a flap'), closed(atMs + 1_000)]),
      opened(lastSpell, 'the last reason'),
      ...probes.flatMap((atMs) => [probed(atMs, 'half-open'), probed(atMs + 1, 'open')]),
      wait(lastSpell + 200 * 60_000, 2),
    ].map(factRecord),
  );
  await database.dataSource.query('ANALYZE');
});
afterAll(async () => database.stop());

it('each wait tells why, however often the breaker has changed since', async () => {
  let shown: { readonly timeline: readonly object[]; readonly why: object } | undefined;
  const reads = await readsOf(database.dataSource, async (explained) => {
    const delivery = await new PostgresRequestLog(explained).delivery(owner, deliveryId);
    shown = delivery && (JSON.parse(deliveryJson(delivery)) as typeof shown);
  });
  expect(shown?.timeline).toMatchObject([
    { openSince: since + 1_000, because: 'the first reason', nextProbeAt: since + 31_000 },
    { reasonText: 'deferred: breaker open' },
    { openSince: lastSpell, because: 'the last reason', nextProbeAt: lastSpell + 151 * 60_000 + 1 },
  ]);
  expect(shown?.timeline[1]).not.toHaveProperty('because');
  expect(shown?.why).toMatchObject({ because: 'the last reason', nextProbeAt: lastSpell + 151 * 60_000 + 1 });
  expect([reads.rows < 60, reads.wholeTables]).toEqual([true, []]);
});

it('a list and the health of a webhook tell what opened its breaker, however many probes ago', async () => {
  const [latest, history] = await Promise.all([
    new PostgresBreakerHistory(database.dataSource).latest('default', ['webhook1']),
    new PostgresBreakerHistory(database.dataSource).changes('default', 'webhook1', since),
  ]);
  const told = latest.get('webhook1')?.map(({ atMs, reason }) => [atMs, reason]);
  expect(told).toEqual([
    [lastSpell, 'the last reason'],
    [lastSpell + 150 * 60_000 + 1, 'the probe failed'],
  ]);
  expect(history).toHaveLength(1_000);
  expect(history.at(-1)?.atMs).toBe(lastSpell + 150 * 60_000 + 1);
});
