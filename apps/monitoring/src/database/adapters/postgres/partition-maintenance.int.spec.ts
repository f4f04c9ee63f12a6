import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { databaseNowMs } from '@signalbox/postgres';
import type { DataSource } from 'typeorm';
import { startTestDatabase } from '../../../testing/test-database.ts';
import { wantedPartitions } from '../../domain/partition-plan.ts';
import { PartitionMaintenance } from './partition-maintenance.ts';

let dataSource: DataSource;
let stop: () => Promise<void>;
beforeAll(async () => {
  ({ dataSource, stop } = await startTestDatabase());
});
afterAll(async () => stop());

const HOUR_MS = 3_600_000;
const now = Date.parse('2026-03-02T14:20:00Z');
const week = 7 * 24 * HOUR_MS;

async function insertAt(timeMs: number): Promise<string> {
  const [row] = await dataSource.query<{ part: string }[]>(
    `INSERT INTO monitoring.delivery (delivery_id, first_scheduled_at, tenant_id, webhook_id, event_type, state, is_request,
       has_expired, last_round, last_attempt)
     VALUES (gen_random_uuid(), $1, 't', 'w', 'e', 'queued', false, false, 0, 0) RETURNING tableoid::regclass::text AS part`,
    [new Date(timeMs)],
  );
  return row?.part.replace('monitoring.', '') ?? '';
}

describe('maintenance of the partitions', () => {
  it('makes them ahead, moving in the rows that came before their partition was there', async () => {
    const maintenance = new PartitionMaintenance(dataSource);
    expect(await insertAt(now)).toBe('delivery_default');
    const first = await maintenance.run(week, now);
    expect(first).toMatchObject({ dropped: [], failed: [], strayRows: 0 });
    expect(first.made).toHaveLength(27 * 2 + 2 * 4 + 1);
    const moved = await dataSource.query<unknown>(`SELECT count(*) AS count FROM monitoring.delivery_20260302_14`);
    expect(moved).toEqual([{ count: 1 }]);
    expect(await insertAt(now + 20 * HOUR_MS)).toBe('delivery_20260303_10');
    expect((await maintenance.run(week, now)).made).toEqual([]);
  });

  it('drops what is older than the retention, and says how many rows have no partition', async () => {
    const maintenance = new PartitionMaintenance(dataSource);
    await maintenance.run(week, now);
    await insertAt(now + 365 * 24 * HOUR_MS);
    const later = await maintenance.run(week, now + week);
    expect(later.failed).toEqual([]);
    expect(later.strayRows).toBe(1);
    expect(later.dropped).toContain('delivery_20260302_12');
    expect(later.dropped).toContain('attempt_20260302_12');
    expect(later.dropped).not.toContain('delivery_20260302_14');
  });

  it('leaves a busy table alone for now and goes on, and takes its turn between writers', async () => {
    const hourLater = now + week + HOUR_MS;
    const blocker = dataSource.createQueryRunner();
    await blocker.startTransaction();
    await blocker.query('LOCK TABLE monitoring.delivery_default IN ROW EXCLUSIVE MODE');
    const blocked = await new PartitionMaintenance(dataSource, 1).run(week, hourLater);
    expect(blocked.failed.map(({ name }) => name)).toEqual(['delivery_20260310_15', 'delivery_20260302_14']);
    expect(blocked.made).toContain('attempt_20260310_15');
    const waiting = new PartitionMaintenance(dataSource).run(week, hourLater);
    // A writer who comes behind the change that waits is not held up for longer than that waits.
    const startedAtMs = performance.now();
    expect(await insertAt(hourLater)).toMatch(/^delivery_/);
    expect(performance.now() - startedAtMs).toBeLessThan(5_000);
    await blocker.rollbackTransaction();
    await blocker.release();
    const again = await waiting;
    expect([again.made, again.dropped, again.failed]).toEqual([['delivery_20260310_15'], ['delivery_20260302_14'], []]);
  });

  it('drops what a process that was killed had detached', async () => {
    const later = now + week + 2 * HOUR_MS;
    const name = 'delivery_20260302_15';
    await dataSource.query(`ALTER TABLE monitoring.delivery DETACH PARTITION monitoring.${name}`);
    const { dropped } = await new PartitionMaintenance(dataSource).run(week, later);
    expect(dropped).toContain(name);
    expect(await dataSource.query('SELECT to_regclass($1) AS name', [`monitoring.${name}`])).toEqual([{ name: null }]);
  });

  it('goes by the clock of the database, so that one host ahead of its time drops nothing', async () => {
    const maintenance = new PartitionMaintenance(dataSource);
    await maintenance.run(week);
    const monthAhead = jest.spyOn(Date, 'now').mockReturnValue(Date.now() + 31 * 24 * HOUR_MS);
    try {
      const { made, ...rest } = await maintenance.run(week);
      expect(rest).toMatchObject({ dropped: [], failed: [] });
      // None, or those of an hour that has begun meanwhile.
      const wanted = wantedPartitions(await databaseNowMs(dataSource)).map(({ name }) => name);
      expect(made.filter((name) => !wanted.includes(name))).toEqual([]);
    } finally {
      monthAhead.mockRestore();
    }
  });
});
