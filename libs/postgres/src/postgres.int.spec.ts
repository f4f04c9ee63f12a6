import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startPostgres, waitUntil } from '@signalbox/sandbox';
import type { RunningPostgres } from '@signalbox/sandbox';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import type { DataSource } from 'typeorm';
import { createDataSource } from './data-source.ts';
import { PendingMigrations, assertMigrated, migrate } from './migrate.ts';
import { postgresFaultOf } from './postgres-error.ts';
import { PostgresSession } from './postgres-session.ts';
import { rowsOf } from './query.ts';
import { inTransaction } from './transaction.ts';

class CreateThing1700000000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE TABLE thing (id bigint PRIMARY KEY, size int CHECK (size > 0))');
  }
  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE thing');
  }
}

describe('Postgres', () => {
  let dir: string;
  let server: RunningPostgres;
  let dataSource: DataSource;
  const connect = async (): Promise<DataSource> =>
    createDataSource({
      url: server.url,
      schema: 'things',
      applicationName: 'test',
      migrations: [CreateThing1700000000000],
    }).initialize();

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'postgres-'));
    server = await startPostgres({ dir });
    dataSource = await connect();
  });
  afterAll(async () => {
    await dataSource?.destroy();
    await server?.stop();
    await rm(dir, { recursive: true, force: true });
  });

  it('is migrated once, though several processes start at the same time', async () => {
    await expect(assertMigrated(dataSource)).rejects.toBeInstanceOf(PendingMigrations);
    const others = await Promise.all([connect(), connect(), connect()]);
    try {
      const run = await Promise.all(others.map((other) => migrate(other)));
      expect(run.flat()).toEqual(['CreateThing1700000000000']);
    } finally {
      await Promise.all(others.map((other) => other.destroy()));
    }
    await expect(assertMigrated(dataSource)).resolves.toBeUndefined();
  });

  it('answers every statement with rows, and bigint as numbers', async () => {
    const inserted = await rowsOf(dataSource, 'INSERT INTO thing VALUES ($1, 1) RETURNING id', [2 ** 40]);
    expect(inserted).toEqual([{ id: 2 ** 40 }]);
    expect(await rowsOf(dataSource, 'UPDATE thing SET size = 2 RETURNING size')).toEqual([{ size: 2 }]);
    expect(await rowsOf(dataSource, 'SELECT size FROM thing')).toEqual([{ size: 2 }]);
    expect(await rowsOf(dataSource, 'DELETE FROM thing RETURNING id')).toEqual([{ id: 2 ** 40 }]);
    expect(await rowsOf(dataSource, 'DELETE FROM thing RETURNING id')).toEqual([]);
  });

  it('rolls back all of a transaction that fails', async () => {
    const failing = inTransaction(dataSource, async (manager) => {
      await rowsOf(manager, 'INSERT INTO thing VALUES (1, 1)');
      throw new Error('changed my mind');
    });
    await expect(failing).rejects.toThrow('changed my mind');
    expect(await rowsOf(dataSource, 'SELECT 1 FROM thing')).toEqual([]);
  });

  it('does the work of a transaction again after a serialization failure', async () => {
    await rowsOf(dataSource, 'INSERT INTO thing VALUES (1, 1)');
    let runs = 0;
    await inTransaction(
      dataSource,
      async (manager) => {
        runs++;
        await rowsOf(manager, 'SELECT size FROM thing WHERE id = 1');
        if (runs === 1) await rowsOf(dataSource, 'UPDATE thing SET size = size + 1 WHERE id = 1');
        await rowsOf(manager, 'UPDATE thing SET size = size + 1 WHERE id = 1');
      },
      { isolation: 'REPEATABLE READ' },
    );
    expect(runs).toBe(2);
    expect(await rowsOf(dataSource, 'SELECT size FROM thing')).toEqual([{ size: 3 }]);
  });

  it('tells faults apart by SQLSTATE', async () => {
    const faultOf = async (sql: string): Promise<unknown> => rowsOf(dataSource, sql).catch(postgresFaultOf);
    expect(await faultOf('INSERT INTO thing VALUES (1, 1)')).toEqual({
      kind: 'unique-violation',
      constraint: 'thing_pkey',
    });
    expect(await faultOf('INSERT INTO thing VALUES (9, 0)')).toEqual({
      kind: 'check-violation',
      constraint: 'thing_size_check',
    });
    expect(await faultOf('SELECT nonsense')).toBeUndefined();
    expect(await faultOf('SET LOCAL statement_timeout = 5; SELECT pg_sleep(10)')).toEqual({ kind: 'timeout' });
    const nowhere = createDataSource({ url: 'postgres://u@127.0.0.1:1/db', schema: 'x', applicationName: 'test' });
    expect(await nowhere.initialize().catch(postgresFaultOf)).toEqual({ kind: 'unavailable' });
  });

  it('holds a lock for as long as the session lives, and hears notifications', async () => {
    let lost = 0;
    const heard: string[] = [];
    const open = async (): Promise<PostgresSession> =>
      PostgresSession.open({
        url: server.url,
        schema: 'things',
        applicationName: 'session',
        onLost: () => lost++,
        onNotification: (channel) => heard.push(channel),
      });
    const [first, second] = await Promise.all([open(), open()]);
    expect(await first.tryLock('leader')).toBe(true);
    expect(await second.tryLock('leader')).toBe(false);
    await first.listen('changes');
    await rowsOf(dataSource, 'NOTIFY changes');
    await waitUntil('the notification', 5_000, () => heard.length === 1);
    await first.close();
    await waitUntil('the lock to be free', 5_000, () => second.tryLock('leader'));
    expect(lost).toBe(0);
    await rowsOf(
      dataSource,
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'session'",
    );
    await waitUntil('the loss to be noticed', 5_000, () => lost === 1);
    await expect(second.query('SELECT 1')).rejects.toThrow();
  });
});
