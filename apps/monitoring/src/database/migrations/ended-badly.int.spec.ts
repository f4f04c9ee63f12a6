import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { migrate } from '@signalbox/postgres';
import { waitFor } from '@signalbox/testing';
import type { DataSource } from 'typeorm';
import { startTestDatabase } from '../../testing/test-database.ts';
import { PartitionMaintenance } from '../adapters/postgres/partition-maintenance.ts';

const HOUR_MS = 3_600_000;
const now = Date.parse('2026-03-02T14:20:00Z');
const week = 7 * 24 * HOUR_MS;

let dataSource: DataSource;
let stop: () => Promise<void>;
beforeAll(async () => {
  ({ dataSource, stop } = await startTestDatabase());
  // As a version before it left the database.
  await undo();
  await new PartitionMaintenance(dataSource).run(week, now);
});
afterAll(async () => stop());

const NAMES = [
  'EndedBadly1795858200000',
  'ByEvent1795859000000',
  'RebuildTargets1795859600000',
  'BadClass1795860200000',
];

async function undo(): Promise<void> {
  for (const _ of NAMES) await dataSource.undoLastMigration();
}

/** As a process that knows nothing of the column. */
async function insert(state: string, atMs: number): Promise<void> {
  await dataSource.query(
    `INSERT INTO monitoring.delivery (delivery_id, first_scheduled_at, tenant_id, webhook_id, event_type, state, is_request,
       has_expired, last_round, last_attempt, status_code)
     VALUES (gen_random_uuid(), $2, 't', 'w', 'e', $1, false, false, 0, 0, CASE $1::text WHEN 'failed' THEN 404 WHEN 'succeeded' THEN 204 END)`,
    [state, new Date(atMs)],
  );
}

const marked = async (): Promise<readonly unknown[]> =>
  dataSource.query(`SELECT state, ended_badly AS is_marked, count(*) AS count FROM monitoring.delivery
    GROUP BY 1, 2 ORDER BY 1, 2`);

/** Those whose status has a class by which they are found. */
const classed = async (): Promise<readonly unknown[]> =>
  dataSource.query(`SELECT state, bad_class, count(*) AS count FROM monitoring.delivery WHERE bad_class IS NOT NULL
    GROUP BY 1, 2 ORDER BY 1, 2`);

const isSeen = async (activity: string): Promise<boolean> =>
  (await dataSource.query<object[]>(`SELECT FROM pg_stat_activity WHERE datname = current_database() AND ${activity}`))
    .length > 0;

async function indexUnderWay(): Promise<void> {
  const building = `query LIKE 'CREATE INDEX CONCURRENTLY%' AND wait_event_type = 'Lock'`;
  await waitFor(async () => isSeen(building), { what: 'an index under way' });
}

it('what ended badly is marked while others write, by Postgres itself, whoever writes', async () => {
  const states = ['failed', 'expired', 'skipped', 'succeeded', 'queued', 'retrying', 'waiting'];
  for (const state of states) for (const atMs of [now, now - HOUR_MS, now + week]) await insert(state, atMs);
  const reader = dataSource.createQueryRunner();
  await reader.startTransaction('REPEATABLE READ');
  await reader.query('SELECT FROM monitoring.resend');
  const migrating = migrate(dataSource);
  await indexUnderWay();
  // It waits for our reader, and no writer waits for it.
  await insert('failed', now);
  await reader.rollbackTransaction();
  await reader.release();
  expect(await migrating).toEqual(NAMES);
  const is = (state: string, isMarked: boolean, count: number) => ({ state, is_marked: isMarked, count });
  expect(await marked()).toEqual([
    is('expired', true, 3),
    is('failed', true, 4),
    is('queued', false, 3),
    is('retrying', false, 3),
    is('skipped', true, 3),
    is('succeeded', false, 3),
    is('waiting', false, 3),
  ]);
  expect(await classed()).toEqual([{ state: 'failed', bad_class: 4, count: 4 }]);
  expect(
    await dataSource.query(
      `SELECT indisvalid FROM pg_index WHERE indexrelid = 'monitoring.delivery_ended_badly'::regclass`,
    ),
  ).toEqual([{ indisvalid: true }]);
});

it('goes with every change, into partitions made later, and cannot be set wrong', async () => {
  await new PartitionMaintenance(dataSource).run(week, now + 2 * HOUR_MS);
  await dataSource.query('TRUNCATE monitoring.delivery');
  await insert('failed', now + 26 * HOUR_MS);
  await insert('queued', now + 26 * HOUR_MS);
  await dataSource.query('UPDATE monitoring.delivery SET ended_badly = NOT ended_badly, bad_class = 3');
  const is = (state: string, isMarked: boolean) => ({ state, is_marked: isMarked, count: 1 });
  expect(await marked()).toEqual([is('failed', true), is('queued', false)]);
  expect(await classed()).toEqual([{ state: 'failed', bad_class: 4, count: 1 }]);
  await dataSource.query(`UPDATE monitoring.delivery SET status_code = 503 WHERE state = 'failed'`);
  expect(await classed()).toEqual([{ state: 'failed', bad_class: 5, count: 1 }]);
  await dataSource.query(`UPDATE monitoring.delivery SET state = 'succeeded' WHERE state = 'failed'`);
  await dataSource.query(`UPDATE monitoring.delivery SET state = 'expired' WHERE state = 'queued'`);
  expect(await marked()).toEqual([is('expired', true), is('succeeded', false)]);
  expect(await classed()).toEqual([]);
  const indexes = `SELECT FROM pg_indexes WHERE tablename = 'delivery_20260303_16' AND indexdef LIKE '%WHERE ended_badly'`;
  expect(await dataSource.query(indexes)).toHaveLength(1);
});

it('an index that is built beside writers does not wait for another migrator, which waits for it', async () => {
  await undo();
  const reader = dataSource.createQueryRunner();
  await reader.startTransaction('REPEATABLE READ');
  await reader.query('SELECT FROM monitoring.resend');
  const migrating = migrate(dataSource);
  await indexUnderWay();
  const other = migrate(dataSource);
  await waitFor(async () => isSeen(`query LIKE 'SELECT pg_%advisory_lock(hashtextextended%'`), {
    what: 'the other migrator to come',
  });
  await reader.rollbackTransaction();
  await reader.release();
  expect(await Promise.all([migrating, other])).toEqual([NAMES, []]);
});

it('can be gone on with where it was interrupted', async () => {
  await undo();
  await insert('failed', now);
  await dataSource.query('ALTER TABLE monitoring.delivery ADD COLUMN ended_badly boolean NOT NULL DEFAULT false');
  // Of another definition, as an index that is not whole would be of no use either.
  await dataSource.query('CREATE INDEX delivery_20260302_14_ended_badly ON monitoring.delivery_20260302_14 (state)');
  expect(await migrate(dataSource)).toEqual(NAMES);
  expect(await migrate(dataSource)).toEqual([]);
  expect(
    await dataSource.query(
      `SELECT indisvalid FROM pg_index WHERE indexrelid = 'monitoring.delivery_ended_badly'::regclass`,
    ),
  ).toEqual([{ indisvalid: true }]);
});
