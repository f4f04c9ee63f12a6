import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { deliveryIdOf, last24Hours } from '@signalbox/domain';
import { ProjectingDatabase, deliveryRecord, factRecord } from '../../../projections/testing/projecting-database.ts';
import { attempted } from '../../../testing/facts.ts';
import { PostgresHealthPages } from './health-pages.postgres.ts';
import { PostgresTenantCounts } from './tenant-counts.postgres.ts';

let database: ProjectingDatabase;
beforeAll(async () => {
  database = await ProjectingDatabase.start();
});
afterAll(async () => database.stop());
beforeEach(async () => database.empty());

describe('counts of what is open', () => {
  const tenantCounts = (): PostgresTenantCounts => new PostgresTenantCounts(database.dataSource, 7 * 24 * 3_600_000);
  const lately = Math.floor(Date.now() / 3_600_000) * 3_600_000 - 3_600_000;

  it('tell of no open delivery once it was ended in another partition than it was opened in', async () => {
    const at = { firstScheduledAtMs: lately };
    const window = last24Hours(Date.now());
    await database.project(deliveryRecord(at));
    expect((await tenantCounts().of('default', window)).oldestOpenAtMs).toBe(lately);
    await database.projectFrom(1, [factRecord(attempted(at))]);
    expect((await tenantCounts().of('default', window)).oldestOpenAtMs).toBeNull();
    const later = { deliveryId: deliveryIdOf('webhook1', 'later'), firstScheduledAtMs: lately + 120_000 };
    await database.project(deliveryRecord(later));
    expect((await tenantCounts().of('default', window)).oldestOpenAtMs).toBe(lately + 120_000);
  });

  it('tell of no open delivery that has outlived the retention', async () => {
    const dayAgo = { firstScheduledAtMs: lately - 26 * 3_600_000 };
    await database.project(deliveryRecord(dayAgo));
    const oldestFor = async (days: number): Promise<readonly unknown[]> => {
      const retentionMs = days * 24 * 3_600_000;
      const window = last24Hours(Date.now());
      const tenant = await new PostgresTenantCounts(database.dataSource, retentionMs).of('default', window);
      const page = await new PostgresHealthPages(database.dataSource, retentionMs).oldestOpen('default', ['webhook1']);
      return [tenant.oldestOpenAtMs, page.get('webhook1') ?? null];
    };
    expect(await oldestFor(2)).toEqual([dayAgo.firstScheduledAtMs, dayAgo.firstScheduledAtMs]);
    expect(await oldestFor(1)).toEqual([null, null]);
  });
});
