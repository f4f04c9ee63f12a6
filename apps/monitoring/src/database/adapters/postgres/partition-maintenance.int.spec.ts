import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { databaseNowMs } from '@signalbox/postgres';
import { waitFor } from '@signalbox/testing';
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

/** @param lockTimeout after which it fails, instead of waiting for ever for its table. */
async function insertAt(timeMs: number, lockTimeout = '0'): Promise<string> {
  const [row] = await dataSource.transaction(async (manager) => {
    await manager.query(`SET LOCAL lock_timeout = '${lockTimeout}'`);
    return manager.query<{ part: string }[]>(
      `INSERT INTO monitoring.delivery (delivery_id, first_scheduled_at, tenant_id, webhook_id, event_type, state, is_request,
       has_expired, last_round, last_attempt)
     VALUES (gen_random_uuid(), $1, 't', 'w', 'e', 'queued', false, false, 0, 0) RETURNING tableoid::regclass::text AS part`,
      [new Date(timeMs)],
    );
  });
  return row?.part.replace('monitoring.', '') ?? '';
}

/** A writer who has not ended: no partition of deliveries can be made or detached until `release`. */
async function holdDefault(): Promise<{ readonly pid: number; release(): Promise<void> }> {
  const writer = dataSource.createQueryRunner();
  await writer.startTransaction();
  await writer.query('LOCK TABLE monitoring.delivery_default IN ROW EXCLUSIVE MODE');
  const [{ pid }] = (await writer.query('SELECT pg_backend_pid() AS pid')) as [{ pid: number }];
  const release = async (): Promise<void> => {
    await writer.rollbackTransaction();
    await writer.release();
  };
  return { pid, release };
}

/** Whether a detach that holds the whole table, so that every writer queues behind it, waits for this process. */
async function isDetachBehind(pid: number): Promise<boolean> {
  const rows = await dataSource.query<unknown[]>(
    `SELECT FROM pg_stat_activity AS waiting
     JOIN pg_locks AS held ON held.pid = waiting.pid AND held.relation = 'monitoring.delivery'::regclass
       AND held.mode = 'AccessExclusiveLock' AND held.granted
     WHERE waiting.query LIKE 'ALTER TABLE % DETACH PARTITION %' AND $1 = ANY(pg_blocking_pids(waiting.pid))`,
    [pid],
  );
  return rows.length > 0;
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

  const hourLater = now + week + HOUR_MS;

  it('leaves a busy table alone for now, and goes on with the others', async () => {
    const { release } = await holdDefault();
    const blocked = await new PartitionMaintenance(dataSource, 1).run(week, hourLater);
    await release();
    expect(blocked.failed.map(({ name }) => name)).toEqual(['delivery_20260310_15', 'delivery_20260302_14']);
    expect(blocked.made).toContain('attempt_20260310_15');
  });

  it('holds up no writer who comes behind a change that waits for its table', async () => {
    // All is made, so that there is one partition to detach and nothing else.
    expect((await new PartitionMaintenance(dataSource).run(week + HOUR_MS, hourLater)).failed).toEqual([]);
    const { pid, release } = await holdDefault();
    const waiting = new PartitionMaintenance(dataSource, Infinity).run(week, hourLater);
    try {
      await waitFor(async () => isDetachBehind(pid), { what: 'a detach that waits', everyMs: 5 });
      // The table is held all the while: only a detach that gives way lets the writer pass.
      expect(await insertAt(hourLater, '20s')).toBe('delivery_20260309_15');
    } finally {
      await release();
      await waiting;
    }
    expect(await waiting).toMatchObject({ made: [], dropped: ['delivery_20260302_14'], failed: [] });
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
