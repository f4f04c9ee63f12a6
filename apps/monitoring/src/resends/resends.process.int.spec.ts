import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { decodeDelivery } from '@signalbox/contracts';
import { createLogFollower } from '@signalbox/kafka';
import type { LogFollower } from '@signalbox/kafka';
import { waitFor } from '@signalbox/testing';
import type { DataSource } from 'typeorm';
import { createMonitoringDataSource } from '../database/data-source.ts';
import { callApi } from '../testing/api-caller.ts';
import { attempted } from '../testing/facts.ts';
import type { Published } from '../testing/fact-log.ts';
import { FactLog, idOf } from '../testing/fact-log.ts';
import { MonitoringProcess } from '../testing/monitoring-process.ts';
import type { PreparedMonitoring } from '../testing/running-monitoring.ts';
import { prepareMonitoring } from '../testing/running-monitoring.ts';

const webhookId = 'hook-killed';
const now = Date.now();
const all = Array.from({ length: 60 }, (_, index): Published => ({ webhookId, index, atMs: now - 1_000 + index }));
const failed = attempted({ outcome: 'failed', statusCode: 500 });

let prepared: PreparedMonitoring;
let dataSource: DataSource;
let log: FactLog;
let follower: LogFollower;
let monitoring: MonitoringProcess | undefined;
/** Rounds after the first as they come into the log, by delivery. */
const rounds = new Map<string, number[]>();
const roundsOf = (of: Published): readonly number[] => rounds.get(idOf(of)) ?? [];

beforeAll(async () => {
  prepared = await prepareMonitoring();
  dataSource = await createMonitoringDataSource({ url: prepared.backends.databaseUrl }).initialize();
  log = await FactLog.open({ ...prepared, dataSource });
  follower = createLogFollower({
    connection: prepared.connection,
    topic: prepared.backends.topics.deliveries,
    onRecord: ({ headers }) => {
      const delivery = decodeDelivery(headers);
      if (delivery === undefined || delivery.round === 0) return;
      rounds.set(delivery.deliveryId, [...(rounds.get(delivery.deliveryId) ?? []), delivery.round]);
    },
    onFatal: (error) => {
      throw error;
    },
  });
  await follower.start();
});
afterAll(async () => {
  await monitoring?.kill();
  await follower?.stop();
  await log?.close();
  if (dataSource?.isInitialized) await dataSource.destroy();
  await prepared?.backends.stop();
});

const call = async (method: string, path: string, body?: unknown) =>
  callApi({ url: monitoring?.url ?? '' }, `/api/hooks/${webhookId}/${path}`, {
    method,
    body,
    who: { scopes: ['deliveries:read', 'deliveries:resend'] },
  });

/** Asks for another round until it is given, as a caller does who is told to try again soon. */
async function resent(of: Published): Promise<unknown> {
  return waitFor(
    async () => {
      const { status, body } = await call('POST', `deliveries/${idOf(of)}/resend`);
      if (status !== 202)
        expect({ status, body }).toMatchObject({ status: 503, body: { code: 'service.unavailable' } });
      return status === 202 ? body : undefined;
    },
    { what: 'another round', timeoutMs: 30_000 },
  );
}

/** Tells how a round of them ended, and waits until that is projected. */
async function ended(many: readonly Published[], round: number): Promise<void> {
  for (const of of many) log.appendFacts(of, { ...failed, round });
  await waitFor(
    async () => {
      const [row] = await dataSource.query<{ count: number }[]>(
        `SELECT count(*)::int AS count FROM monitoring.delivery
         WHERE delivery_id = ANY($1::uuid[]) AND round = $2 AND round_state = 'failed'`,
        [many.map(idOf), round],
      );
      return row?.count === many.length;
    },
    { what: `the end of round ${round}`, timeoutMs: 20_000 },
  );
}

describe('resends', () => {
  it('go on after a kill in the middle, and no delivery gets a second round', async () => {
    monitoring = await MonitoringProcess.start(prepared);
    for (const of of all) log.append(of, failed);
    await log.projected();
    const filter = { state: 'failed', from: now - 5_000, to: now, ratePerSecond: 40 };
    const begun = await call('POST', 'resends', filter);
    expect(begun).toMatchObject({ status: 202, body: { counts: { matching: 60 } } });
    const { id } = begun.body as { readonly id: string };
    await waitFor(() => rounds.size >= 10, { what: 'the first rounds', timeoutMs: 20_000 });
    await monitoring.kill();
    expect(rounds.size).toBeLessThan(60);

    monitoring = await MonitoringProcess.start(prepared);
    await waitFor(async () => ((await call('GET', `resends/${id}`)).body as { state: string }).state === 'done', {
      what: 'the end of the resend',
      timeoutMs: 30_000,
    });
    await waitFor(() => rounds.size === 60, { what: 'all rounds in the log', timeoutMs: 20_000 });
    const { body } = await call('GET', `resends/${id}`);
    expect(body).toMatchObject({ counts: { matching: 60, resent: 60, passedOver: 0, remaining: 0 } });
    for (const of of all) expect(roundsOf(of)).toEqual([1]);
  });

  it('count on from the log where an older database was restored', async () => {
    const of = all[7] ?? { webhookId, index: 7 };
    const many = all.slice(10);
    await ended([of, ...many], 1);
    // One a second: by far not done before this test is.
    const filter = { state: 'failed', from: now - 1_000 + 10, to: now, ratePerSecond: 1 };
    expect(await call('POST', 'resends', filter)).toMatchObject({ status: 202, body: { counts: { matching: 50 } } });
    const again = () => many.filter((one) => roundsOf(one).length > 1);
    await waitFor(() => again().length > 0, { what: 'a round of the resend of many', timeoutMs: 20_000 });
    await monitoring?.stop();
    const { databaseUrl } = prepared.backends;
    const name = new URL(databaseUrl).pathname.slice(1);
    const admin = await createMonitoringDataSource({ url: databaseUrl.replace(name, 'postgres') }).initialize();
    await dataSource.destroy();
    await admin.query(`CREATE DATABASE ${name}_dump TEMPLATE ${name}`);
    await dataSource.initialize();

    const dumped = again().length;
    monitoring = await MonitoringProcess.start(prepared);
    expect(await resent(of)).toMatchObject({ round: 2 });
    await waitFor(() => roundsOf(of).length === 2, { what: 'the second resend' });
    await ended([of], 2);
    await waitFor(() => again().length > dumped + 1, { what: 'rounds after the dump', timeoutMs: 20_000 });
    await monitoring.stop();
    const lost = again();
    for (const one of lost) log.appendFacts(one, { ...failed, round: 2, atMs: Date.now() });
    await log.flushed();

    await dataSource.destroy();
    await admin.query(`DROP DATABASE ${name}`);
    await admin.query(`ALTER DATABASE ${name}_dump RENAME TO ${name}`);
    await admin.destroy();
    await dataSource.initialize();
    monitoring = await MonitoringProcess.start(prepared);
    expect(await resent(of)).toMatchObject({ round: 3 });
    await waitFor(() => roundsOf(of).length === 3, { what: 'the third resend' });
    expect(roundsOf(of)).toEqual([1, 2, 3]);
    // The resend of many goes on behind those that it had resent after the dump, and that have failed again.
    await waitFor(() => again().length > lost.length + 1, { what: 'rounds after the restore', timeoutMs: 20_000 });
    for (const one of lost) expect(roundsOf(one)).toEqual([1, 2]);
  });
});
