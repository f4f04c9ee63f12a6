import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { startPostgres, waitUntil } from '@signalbox/sandbox';
import type { RunningPostgres } from '@signalbox/sandbox';
import { TcpProxy } from '@signalbox/testing';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import type { DataSource } from 'typeorm';
import { createDataSource } from './data-source.ts';
import { inHeldTransaction } from './held-transaction.ts';
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

  it('lets a migration take longer than a statement may, and wait for its table only between others', async () => {
    class SlowThing1700000000001 implements MigrationInterface {
      async up(runner: QueryRunner): Promise<void> {
        await runner.query('SELECT pg_sleep(0.3)');
        await runner.query('ALTER TABLE thing ADD COLUMN name text');
      }
      async down(runner: QueryRunner): Promise<void> {
        await runner.query('ALTER TABLE thing DROP COLUMN name');
      }
    }
    const impatient = await createDataSource({
      url: server.url,
      schema: 'things',
      applicationName: 'test',
      migrations: [CreateThing1700000000000, SlowThing1700000000001],
      statementTimeoutMs: 100,
    }).initialize();
    const reader = dataSource.createQueryRunner();
    try {
      await reader.startTransaction();
      await reader.query('SELECT FROM thing');
      const busy = await migrate(impatient, { lockTimeoutMs: 50, tries: 1 }).catch((error: unknown) => error);
      expect(postgresFaultOf(busy)).toEqual({ kind: 'lock-timeout' });
      const migrating = migrate(impatient, { lockTimeoutMs: 50 });
      const waiting = `SELECT FROM pg_locks WHERE NOT granted AND relation = 'things.thing'::regclass`;
      await waitUntil('the migration to wait', 10_000, async () => (await rowsOf(dataSource, waiting)).length > 0);
      // Who comes behind it is not held up for longer than it waits.
      await rowsOf(impatient, 'SELECT FROM thing');
      await reader.commitTransaction();
      expect(await migrating).toEqual(['SlowThing1700000000001']);
      await impatient.undoLastMigration();
    } finally {
      await reader.release();
      await impatient.destroy();
    }
  });

  it('commits what joins a held transaction with its end, or not at all, and undoes a failed part alone', async () => {
    const put = async (id: number, size = 1): Promise<void> =>
      inTransaction(dataSource, async (manager) => {
        await rowsOf(manager, 'INSERT INTO thing (id, size) VALUES ($1, $2)', [id, size]);
      });
    const ids = async (): Promise<readonly number[]> =>
      (await rowsOf<{ id: number }>(dataSource, 'SELECT id FROM thing WHERE id >= 900 ORDER BY id')).map(
        ({ id }) => id,
      );
    const done = await inHeldTransaction(dataSource, async () => {
      await put(900);
      await expect(put(901, -1)).rejects.toThrow();
      await put(902);
      return ids();
    });
    expect([done, await ids()]).toEqual([[], [900, 902]]);
    const failing = inHeldTransaction(dataSource, async () => {
      await put(903);
      throw new Error('after the write');
    });
    await expect(failing).rejects.toThrow('after the write');
    expect(await ids()).toEqual([900, 902]);
    await rowsOf(dataSource, 'DELETE FROM thing WHERE id >= 900');
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
    const onStandby = 'SET LOCAL transaction_read_only = on; INSERT INTO thing VALUES (9, 1)';
    expect(await faultOf(onStandby)).toEqual({ kind: 'unavailable' });
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

  describe('that vanishes without a word', () => {
    let proxy: TcpProxy;
    beforeEach(async () => {
      proxy = await TcpProxy.start(server.url);
    });
    afterEach(async () => {
      await proxy.close();
    });

    it('holds no connection of the pool for longer than a statement may take', async () => {
      const pooled = await createDataSource({
        url: proxy.inFrontOf(server.url),
        schema: 'things',
        applicationName: 'pooled',
        poolSize: 1,
        statementTimeoutMs: 100,
      }).initialize();
      proxy.freeze();
      const stuck = rowsOf(pooled, 'SELECT 1').catch(postgresFaultOf);
      const waiting = rowsOf(pooled, 'SELECT 1').catch(postgresFaultOf);
      expect(await waiting).toEqual({ kind: 'unavailable' });
      expect(await stuck).toEqual({ kind: 'unavailable' });
      proxy.thaw();
      expect(await rowsOf(pooled, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
      proxy.freeze();
      await pooled.destroy();
    });

    it('lets a session close', async () => {
      const session = await sessionThrough(proxy);
      proxy.freeze();
      await session.close();
      expect(await session.query('SELECT 1').catch(postgresFaultOf)).toEqual({ kind: 'unavailable' });
    });

    it('frees the lock of a session that counts as lost', async () => {
      let lost = 0;
      const session = await sessionThrough(proxy, () => lost++);
      expect(await session.tryLock('followed')).toBe(true);
      proxy.inject(fatalError('57P01'));
      await waitUntil('the loss to be noticed', 5_000, () => lost === 1);
      const next = await sessionThrough(proxy);
      await waitUntil('the lock to be free', 5_000, () => next.tryLock('followed'));
      await next.close();
    });
  });

  const sessionThrough = async (proxy: TcpProxy, onLost: () => void = () => undefined): Promise<PostgresSession> =>
    PostgresSession.open({
      url: proxy.inFrontOf(server.url),
      schema: 'things',
      applicationName: 'through',
      onLost,
    });
});

/** ErrorResponse of the frontend/backend protocol. */
function fatalError(sqlState: string): Buffer {
  const fields = Buffer.from(`SFATAL\0C${sqlState}\0Mgone\0\0`);
  const head = Buffer.alloc(5);
  head.write('E');
  head.writeInt32BE(fields.length + 4, 1);
  return Buffer.concat([head, fields]);
}
