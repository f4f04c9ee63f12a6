import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { connect } from 'node:net';
import { topicSpecs } from '@signalbox/contracts';
import { ensureTopics } from '@signalbox/kafka';
import type { KafkaConnection } from '@signalbox/kafka';
import { createDataSource, inTransaction, migrate, rowsOf } from '@signalbox/postgres';
import type { SqlRunner } from '@signalbox/postgres';
import { startTestBackends, waitFor } from '@signalbox/testing';
import type { TestBackends } from '@signalbox/testing';
import type { DataSource } from 'typeorm';
import { SCHEMA, databaseOptions } from '../../../database.ts';
import { FollowedWebhooks } from '../../../testing/followed-webhooks.ts';
import { OutboxRelay } from '../../application/outbox-relay.ts';
import { epochOf, fillOutbox } from '../postgres/fill-outbox.postgres.ts';
import { PostgresOutboxHolding } from '../postgres/outbox.postgres.ts';
import { KafkaOutboxLog } from './outbox-log.kafka.ts';

const PRODUCE = 0;

type SocketFactory = NonNullable<KafkaConnection['socketFactory']>;

let backends: TestBackends;
let dataSource: DataSource;
let topic: FollowedWebhooks;
const relays: OutboxRelay[] = [];
beforeAll(async () => {
  backends = await startTestBackends();
  dataSource = await createDataSource(databaseOptions(backends.databaseUrl)).initialize();
  await migrate(dataSource);
  const connection = { brokers: backends.kafkaBrokers.split(','), clientId: 'test' };
  await ensureTopics(connection, topicSpecs(backends.topics, backends.layout));
  topic = await FollowedWebhooks.start(backends);
});
afterEach(async () => {
  await Promise.all(relays.splice(0).map(async (relay) => relay.stop()));
});
afterAll(async () => {
  await topic?.stop();
  await dataSource?.destroy();
  await backends?.stop();
});

interface RelayOptions {
  readonly socketFactory?: SocketFactory;
  readonly brokers?: string;
  readonly pauseMs?: number;
}

function startRelay(trouble: unknown[], { socketFactory, brokers, pauseMs = 100 }: RelayOptions = {}): void {
  const { webhooks, eventTypes, operations } = backends.topics;
  const relay = new OutboxRelay({
    holding: new PostgresOutboxHolding({ url: backends.databaseUrl, schema: SCHEMA }),
    log: new KafkaOutboxLog({
      connection: {
        brokers: (brokers ?? backends.kafkaBrokers).split(','),
        clientId: 'relay',
        ...(socketFactory !== undefined && { socketFactory }),
      },
      topics: { webhooks, 'event-types': eventTypes, operations },
      writerName: `${backends.topicPrefix}outbox`,
    }),
    gate: { isOpen: () => Promise.resolve(true) },
    onClosed: () => undefined,
    onPublished: () => undefined,
    onTrouble: (error) => trouble.push(error),
    pollMs: 20,
    pauseMs,
  });
  relays.push(relay);
  relay.start();
}

async function write(transaction: SqlRunner, key: string, version: number): Promise<void> {
  const message = { topic: 'webhooks', key, value: `${key} ${version}`, tenantId: 't', version } as const;
  await fillOutbox(transaction, [message], { epoch: await epochOf(transaction), atMs: Date.now() });
}

const commit = async (key: string, version: number): Promise<void> =>
  inTransaction(dataSource, async (manager) => write(manager, key, version));

const toldOf = (key: string): string[] =>
  topic.records.filter((record) => record.key?.toString() === key).map(({ value }) => String(value));

const endSessions = async (): Promise<unknown> =>
  rowsOf(
    dataSource,
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
     WHERE application_name = 'config-service relay' AND datname = current_database()`,
  );

/** Sockets that keep what is to be appended to themselves. */
class HangingAppends {
  late: { readonly port: number; readonly bytes: Buffer } | undefined;

  readonly factory: SocketFactory = ({ host, port, onConnect }) => {
    const socket = connect({ host, port }, onConnect);
    const send: (bytes: Buffer) => boolean = socket.write.bind(socket);
    const hold = (bytes: Buffer): boolean => {
      if (bytes.readInt16BE(4) !== PRODUCE) return send(bytes);
      this.late = { port, bytes };
      return true;
    };
    return Object.assign(socket, { write: hold });
  };

  /** The very bytes, as the broker would have found them in its socket; answers what it says to them. */
  async arrive(): Promise<Buffer> {
    const { late } = this;
    if (late === undefined) throw new Error('nothing was held back');
    const socket = connect({ host: '127.0.0.1', port: late.port });
    socket.write(late.bytes);
    return new Promise((resolve, reject) => {
      socket.once('data', (answer) => {
        socket.destroy();
        resolve(answer);
      });
      socket.once('error', reject);
    });
  }
}

describe('two relays of one outbox', () => {
  it('never end with an older version last, though the first lost its session while its append hung', async () => {
    const hanging = new HangingAppends();
    const trouble: unknown[] = [];
    await commit('fenced', 1);
    startRelay(trouble, { socketFactory: hanging.factory, pauseMs: 60_000 });
    await waitFor(() => hanging.late !== undefined, { what: 'an append that hangs', timeoutMs: 20_000 });
    startRelay([]);
    await endSessions();
    await waitFor(() => toldOf('fenced').length === 1, { what: 'the second relay', timeoutMs: 20_000 });
    await commit('fenced', 2);
    await waitFor(() => toldOf('fenced').length === 2, { what: 'the second version', timeoutMs: 20_000 });
    await waitFor(() => trouble.length === 1, { what: 'the first relay to notice' });

    await hanging.arrive();
    await commit('fenced', 3);
    await waitFor(() => toldOf('fenced').at(-1) === 'fenced 3', { what: 'the third version', timeoutMs: 20_000 });
    const fresh = await FollowedWebhooks.start(backends);
    const told = fresh.records.filter(({ key }) => key?.toString() === 'fenced').map(({ value }) => String(value));
    await fresh.stop();
    expect(told).toEqual(['fenced 1', 'fenced 2', 'fenced 3']);
  }, 60_000);

  it('leave the outbox to the one that reaches Kafka', async () => {
    const trouble: unknown[] = [];
    await commit('reached', 1);
    startRelay(trouble, { brokers: '127.0.0.1:1', pauseMs: 1_000 });
    await waitFor(() => trouble.length > 0, { what: 'the first relay to give up', timeoutMs: 30_000 });
    startRelay([]);
    await waitFor(() => toldOf('reached').length === 1, { what: 'the other relay', timeoutMs: 30_000 });
  }, 60_000);

  it('tell every version in order while sessions break all the time', async () => {
    startRelay([]);
    startRelay([]);
    const keys = Array.from({ length: 4 }, (_, index) => `order-${index}`);
    const versions = 40;
    const writing = Promise.all(
      keys.map(async (key) => {
        for (let version = 1; version <= versions; version++) await commit(key, version);
      }),
    );
    for (let round = 0; round < 5; round++) {
      const before = topic.records.length;
      await endSessions();
      await waitFor(() => topic.records.length > before || toldOf('order-3').length >= versions, {
        what: 'further records',
        timeoutMs: 20_000,
      });
    }
    await writing;
    const last = (key: string): string | undefined => toldOf(key).at(-1);
    await waitFor(() => keys.every((key) => last(key) === `${key} ${versions}`), {
      what: 'the last versions',
      timeoutMs: 20_000,
    });
    for (const key of keys) {
      const firsts = [...new Set(toldOf(key))];
      expect(firsts).toEqual(Array.from({ length: versions }, (_, index) => `${key} ${index + 1}`));
    }
  }, 90_000);

  it('skip nothing that was written earlier and committed later', async () => {
    startRelay([]);
    const late = dataSource.createQueryRunner();
    await late.startTransaction();
    await write(late.manager, 'late', 1);
    await commit('early', 1);
    await waitFor(() => toldOf('early').length === 1, { what: 'what was committed first', timeoutMs: 20_000 });
    await late.commitTransaction();
    await late.release();
    await waitFor(() => toldOf('late').length === 1, { what: 'what was committed later', timeoutMs: 20_000 });
    await waitFor(async () => (await rowsOf(dataSource, 'SELECT 1 FROM outbox WHERE position IS NULL')).length === 0, {
      what: 'positions for all',
    });
    const sql = "SELECT key FROM outbox WHERE key IN ('late', 'early') ORDER BY position";
    expect(await rowsOf(dataSource, sql)).toEqual([{ key: 'early' }, { key: 'late' }]);
  }, 60_000);
});
