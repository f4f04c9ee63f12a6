import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { ProjectingDatabase, deliveryRecord } from '../../testing/projecting-database.ts';

let database: ProjectingDatabase;
beforeAll(async () => {
  database = await ProjectingDatabase.start();
});
afterAll(async () => database.stop());
beforeEach(async () => database.empty());

it('a row without a partition fails the batch, which is no reason to put its record aside, and is projected once it has one', async () => {
  await database.dataSource.query('DROP TABLE monitoring.delivery_default');
  const record = deliveryRecord();
  const failure = await database.project(record).catch((error: unknown) => error);
  expect(failure).toMatchObject({ message: expect.stringContaining('no partition of relation') });
  expect(failure).not.toMatchObject({ code: 'projection.refused_data' });
  expect(await database.rows('projection_offset')).toMatchObject([{ next_offset: 0 }]);
  await database.dataSource.query('CREATE TABLE monitoring.delivery_default PARTITION OF monitoring.delivery DEFAULT');
  // The batch that was tried in vain, as it was.
  expect(await database.project(record)).toMatchObject({ kind: 'committed' });
  expect(await database.rows('projection_offset')).toMatchObject([{ next_offset: 1 }]);
  expect(await database.rows('delivery')).toMatchObject([{ event_id: 'e1', state: 'queued' }]);
  expect(await database.sums('webhook_minute')).toEqual({ waiting: 1 });
});
