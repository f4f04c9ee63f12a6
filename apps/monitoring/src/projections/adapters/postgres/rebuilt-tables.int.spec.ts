import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals';
import type { SqlRunner } from '@signalbox/postgres';
import { waitFor } from '@signalbox/testing';
import { ProjectingDatabase, deliveryRecord } from '../../testing/projecting-database.ts';
import { PostgresRebuiltTables, unfinishedSince } from './rebuilt-tables.postgres.ts';

let database: ProjectingDatabase;
beforeAll(async () => {
  database = await ProjectingDatabase.start();
});
afterAll(async () => database.stop());
beforeEach(async () => {
  await database.empty();
  await database.dataSource.query('DELETE FROM monitoring.rebuild');
});

const tables = () => new PostgresRebuiltTables(database.dataSource, [database.topic], 86_400_000);
const log = (logEnd: number, logStart = 0) => [{ topic: database.topic, partition: 0, logStart, logEnd }];
const isUnfinished = async (runner: SqlRunner): Promise<boolean> => (await unfinishedSince(runner, [])) !== null;
const projectedToBy = async (runner: SqlRunner, offset: number): Promise<unknown> =>
  runner.query('UPDATE monitoring.projection_offset SET next_offset = $1', [offset]);
const projectedTo = async (offset: number): Promise<unknown> => projectedToBy(database.dataSource, offset);

it('a rebuild that was killed is gone on with until somebody has carried it out, and then begun anew', async () => {
  await database.project(deliveryRecord());
  expect(await isUnfinished(database.dataSource)).toBe(false);
  expect(await tables().begin(log(5))).toBe('begun');
  expect(await database.rows('delivery')).toEqual([]);
  await projectedTo(4);
  expect(await tables().isUnderWay(log(9))).toBe(true);
  expect(await tables().begin(log(9))).toBe('continued');
  expect(await isUnfinished(database.dataSource)).toBe(true);
  await projectedTo(5);
  expect(await tables().isUnderWay(log(9))).toBe(false);
  expect(await isUnfinished(database.dataSource)).toBe(false);
  expect(await tables().begin(log(9))).toBe('begun');
  expect(await database.rows('rebuild')).toHaveLength(1);
});

it('one is not waited for that an older version began, or whose topic was made anew', async () => {
  await database.dataSource.query('INSERT INTO monitoring.rebuild DEFAULT VALUES');
  expect(await tables().begin(log(500))).toBe('begun');
  expect(await tables().begin(log(3))).toBe('continued');
  await projectedTo(3);
  expect(await tables().begin(log(3))).toBe('begun');
});

it('nor is one for what the retention has taken before it was projected', async () => {
  expect(await tables().begin(log(5))).toBe('begun');
  await projectedTo(2);
  expect(await tables().isUnderWay(log(5, 4))).toBe(true);
  expect(await tables().isUnderWay(log(5, 5))).toBe(false);
});

it('one that begins while a projector is at work and somebody asks for it waits in no circle', async () => {
  const projector = database.dataSource.createQueryRunner();
  await projector.startTransaction();
  await projectedToBy(projector, 1);
  const waiting = async (count: number): Promise<void> => {
    const locks = `SELECT FROM pg_locks JOIN pg_database AS d ON d.oid = database
      WHERE NOT granted AND locktype = 'relation' AND datname = current_database()`;
    await waitFor(async () => (await database.dataSource.query<object[]>(locks)).length === count, {
      what: `${count} to wait`,
    });
  };
  const beginning = tables().begin(log(5));
  await waiting(1);
  const asking = isUnfinished(database.dataSource);
  await waiting(2);
  await projector.commitTransaction();
  await projector.release();
  expect(await Promise.all([beginning, asking])).toEqual(['begun', true]);
});
