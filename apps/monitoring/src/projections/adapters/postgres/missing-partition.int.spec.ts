import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { ProjectingDatabase, deliveryRecord } from '../../testing/projecting-database.ts';

let database: ProjectingDatabase;
beforeAll(async () => {
  database = await ProjectingDatabase.start();
});
afterAll(async () => database.stop());
beforeEach(async () => database.empty());

it('a row without a partition fails the batch, which is no reason to put its record aside', async () => {
  await database.dataSource.query('DROP TABLE monitoring.delivery_default');
  const failure = await database.project(deliveryRecord()).catch((error: unknown) => error);
  expect(failure).toMatchObject({ message: expect.stringContaining('no partition of relation') });
  expect(failure).not.toMatchObject({ code: 'projection.refused_data' });
  expect(await database.rows('projection_offset')).toMatchObject([{ next_offset: 0 }]);
});
