import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { DeadLetter } from '@signalbox/contracts';
import { deadLetterRecord, textOf } from '@signalbox/contracts';
import type { LogProducer, LogRecord } from '@signalbox/kafka';
import { createLogProducer, createTailReader, ensureTopics } from '@signalbox/kafka';
import { waitFor } from '@signalbox/testing';
import { callApi } from '../testing/api-caller.ts';
import type { RunningMonitoring } from '../testing/running-monitoring.ts';
import { startMonitoring } from '../testing/running-monitoring.ts';
import { KafkaSourceLog } from './adapters/kafka/source-log.kafka.ts';
import { PostgresLetters } from './adapters/postgres/letters.postgres.ts';
import { SettleLetter } from './application/settle-letter.ts';

interface LetterJson {
  readonly id: string;
  readonly reason: string;
  readonly status: string;
  readonly by: string | null;
  readonly decidedAt: number | null;
  readonly redrivable: boolean;
}

let monitoring: RunningMonitoring;
let producer: LogProducer;
let authEvents: string;

beforeAll(async () => {
  monitoring = await startMonitoring();
  authEvents = monitoring.backends.topics.authEvents[0]!;
  const { connection } = monitoring;
  await ensureTopics(connection, [{ name: authEvents, partitions: 3, replicationFactor: 1, config: {} }]);
  producer = createLogProducer({ connection });
  await producer.start();
});
afterAll(async () => {
  await producer?.stop();
  await monitoring?.stop();
});

const ops = { scopes: ['ops:read', 'ops:write'], actor: 'api-key:ops', tenantId: 'operator' };
const call = async (path: string, method = 'GET') =>
  callApi(monitoring, `/api/ops/dead-letters${path}`, { who: ops, method });
const list = async (query = '') => (await call(query)).body as { deadLetters: LetterJson[]; nextCursor: string | null };

let offset = 100;

/** Puts a record aside as a role does, and answers its id once it is listed. */
async function putAside(
  record: { value?: string | Buffer; headers?: Record<string, string>; topic?: string } = {},
  why: Partial<Pick<DeadLetter, 'reason' | 'message' | 'by'>> = {},
): Promise<{ id: string; offset: number }> {
  const source = { topic: record.topic ?? authEvents, partition: 2, offset: offset++ };
  const letter = deadLetterRecord(
    { key: Buffer.from('key'), value: Buffer.from(record.value ?? '{}'), headers: record.headers ?? {}, ...source },
    { reason: 'unknown-event', message: 'no such event', by: 'router', atMs: 1, ...why },
  );
  const appended = await new Promise<number>((resolve) =>
    producer.append({ topic: monitoring.backends.topics.deadLetters, ...letter }, ({ offset: at }) => resolve(at)),
  );
  const id = `0-${appended}`;
  await waitFor(async () => (await call(`/${id}`)).status === 200, { what: `the dead letter ${id}` });
  return { id, offset: source.offset };
}

/** All records of the auth events' topic. */
async function published(): Promise<readonly LogRecord[]> {
  const reader = createTailReader({ connection: monitoring.connection, topic: authEvents, onFatal: () => {} });
  const records: LogRecord[] = [];
  await reader.start();
  const from = [0, 1, 2].map((partition) => ({ topic: authEvents, partition, offset: 0 }));
  await reader.read(from, (record) => records.push(record));
  await reader.stop();
  return records;
}

describe('dead letters', () => {
  it('are listed newest first by reason, status and time, page by page', async () => {
    const made: string[] = [];
    for (let index = 0; index < 5; index++) {
      const { id } = await putAside({}, index === 2 ? { reason: 'too-large' } : {});
      made.unshift(id);
    }
    const pages: LetterJson[] = [];
    let cursor: string | null = '';
    while (cursor !== null && pages.length < 10) {
      const page = await list(`?limit=2${cursor === '' ? '' : `&cursor=${cursor}`}`);
      pages.push(...page.deadLetters);
      cursor = page.nextCursor;
    }
    expect(pages.map(({ id }) => id)).toEqual(made);
    expect((await list('?reason=too-large,not-json')).deadLetters.map(({ id }) => id)).toEqual([made[2]]);
    expect((await list('?status=redriven')).deadLetters).toEqual([]);
    expect((await list(`?to=${Date.now() - 3_600_000}`)).deadLetters).toEqual([]);
    expect((await list(`?from=${Date.now() - 3_600_000}`)).deadLetters).toHaveLength(5);
  });

  it('are shown with their record, without what may be a secret in its headers', async () => {
    const { id } = await putAside({
      value: Buffer.from([0xff, 0x00]),
      headers: { 'tenant-id': 'acme', authorization: 'Bearer s3cret', 'event-id': 'e1' },
    });
    const { body } = await call(`/${id}`);
    expect(body).toMatchObject({
      id,
      reason: 'unknown-event',
      message: 'no such event',
      stage: 'router',
      source: { topic: authEvents, partition: 2 },
      key: 'key',
      tenantId: 'acme',
      status: 'open',
      by: null,
      decidedAt: null,
      redrivable: true,
      record: { value: { encoding: 'base64', text: '/wA=' }, isCut: false },
    });
    const { record } = body as { record: { headers: { name: string; value: string }[] } };
    expect(Object.fromEntries(record.headers.map(({ name, value }) => [name, value]))).toEqual({
      'tenant-id': 'acme',
      authorization: '***',
      'event-id': 'e1',
    });
    expect((await call(`/${(await putAside({ value: 'é' })).id}`)).body).toMatchObject({
      tenantId: 'default',
      record: { value: { encoding: 'utf8', text: 'é' } },
    });
  });

  it('go back to their source once, as they were, with the id that the event had there', async () => {
    const { id, offset: lay } = await putAside({ value: '{"event":"X"}', headers: { 'x-own': 'kept' } });
    const named = await putAside({ headers: { 'event-id': 'mine' } });
    const [answer, twice] = await Promise.all([call(`/${id}/redrive`, 'POST'), call(`/${id}/redrive`, 'POST')]);
    const [done, refused] = answer.status === 200 ? [answer, twice] : [twice, answer];
    expect(done).toMatchObject({ status: 200, body: { id, status: 'redriven', by: 'api-key:ops', redrivable: false } });
    expect(refused).toMatchObject({
      status: 409,
      body: {
        code: 'entity.conflict',
        message: expect.stringMatching(/redriven already|another decision about it is under way/),
      },
    });
    expect(Math.abs((done.body as LetterJson).decidedAt! - Date.now())).toBeLessThan(60_000);
    await call(`/${named.id}/redrive`, 'POST');
    const records = await published();
    expect(records.map(({ headers }) => textOf(headers['event-id']))).toEqual([`${authEvents}/2/${lay}`, 'mine']);
    expect(records[0]).toMatchObject({ partition: 2, key: Buffer.from('key'), value: Buffer.from('{"event":"X"}') });
    expect(textOf(records[0]!.headers['x-own'])).toBe('kept');
    expect(records[0]!.headers).not.toHaveProperty('dead-letter');
  });

  it('stay open when the decision is lost after the record went back, and then go back with the same event id', async () => {
    const { id, offset: lay } = await putAside();
    const source = new KafkaSourceLog(producer);
    const [appended, killed] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const dying = new SettleLetter({
      letters: new PostgresLetters(monitoring.dataSource),
      targets: monitoring.backends.topics,
      now: Date.now,
      source: {
        append: async (record) => {
          await source.append(record);
          appended.resolve();
          await killed.promise;
        },
      },
    });
    const lost = dying.redrive({ partition: 0, offset: Number(id.split('-')[1]) }, 'killed');
    await appended.promise;
    expect((await call(`/${id}`)).body).toMatchObject({ status: 'open' });
    expect(await call(`/${id}/drop`, 'POST')).toMatchObject({
      status: 409,
      body: { message: expect.stringMatching(/another decision about it is under way/) },
    });
    await monitoring.dataSource.query(
      `UPDATE monitoring.dead_letter SET held_until = held_until - interval '1 minute' WHERE held_until IS NOT NULL`,
    );
    expect(await call(`/${id}/redrive`, 'POST')).toMatchObject({ status: 200, body: { status: 'redriven' } });
    const ids = (await published()).map(({ headers }) => textOf(headers['event-id']));
    expect(ids.filter((eventId) => eventId === `${authEvents}/2/${lay}`)).toHaveLength(2);
    // One that was only slow changes nothing any more.
    killed.resolve();
    expect(await lost).toMatchObject({ letter: { by: 'api-key:ops' } });
  });

  it('hold no connection to the database while Kafka is waited for', async () => {
    const ids = await Promise.all(Array.from({ length: 12 }, async () => putAside()));
    const letters = new PostgresLetters(monitoring.dataSource);
    const kafka = Promise.withResolvers<void>();
    let waiting = 0;
    const source = { append: async () => (waiting++, kafka.promise) };
    const settle = new SettleLetter({ letters, targets: monitoring.backends.topics, now: Date.now, source });
    const redriven = ids.map(async ({ id }) => settle.redrive({ partition: 0, offset: Number(id.slice(2)) }, 'test'));
    await waitFor(() => waiting === ids.length, { what: 'all of them to wait for Kafka' });
    expect((await call('?limit=1')).status).toBe(200);
    kafka.resolve();
    for (const outcome of await Promise.all(redriven)) expect(outcome).toMatchObject({ kind: 'settled' });
  });

  it('are one letter however often the same record is put aside, with what was decided about it', async () => {
    const first = await putAside({ value: 'poison' });
    await call(`/${first.id}/drop`, 'POST');
    const before = (await list('?limit=100')).deadLetters.length;
    const source = { topic: authEvents, partition: 2, offset: first.offset };
    const appendAgain = (value: string): void => {
      const record = { key: Buffer.from('key'), value: Buffer.from(value), headers: {}, ...source };
      const why = { reason: 'unknown-event', message: 'no such event', by: 'router', atMs: 2 } as const;
      producer.append({ topic: monitoring.backends.topics.deadLetters, ...deadLetterRecord(record, why) });
    };
    appendAgain('poison');
    appendAgain('poison');
    await putAside();
    expect((await list('?limit=100')).deadLetters).toHaveLength(before + 1);
    expect((await call(`/${first.id}`)).body).toMatchObject({ status: 'dropped' });
    // Another record, which lies there since the topic was made anew.
    appendAgain('other poison');
    await putAside();
    expect((await list('?limit=100')).deadLetters).toHaveLength(before + 3);
  });

  it('are dropped for good, and say by whom and when', async () => {
    const { id } = await putAside();
    const beforeMs = Date.now();
    const dropped = await call(`/${id}/drop`, 'POST');
    expect(dropped).toMatchObject({
      status: 200,
      body: { status: 'dropped', by: 'api-key:ops', decidedAt: expect.any(Number), redrivable: false },
    });
    const { by, decidedAt } = dropped.body as LetterJson;
    expect(decidedAt).toBeGreaterThanOrEqual(beforeMs);
    expect(decidedAt).toBeLessThanOrEqual(Date.now());
    expect((await call(`/${id}`)).body).toMatchObject({ status: 'dropped', by, decidedAt });
    for (const path of [`/${id}/drop`, `/${id}/redrive`]) {
      expect(await call(path, 'POST')).toMatchObject({
        status: 409,
        body: { message: expect.stringMatching(/dropped already/) },
      });
    }
    expect((await list('?status=dropped')).deadLetters.map((letter) => letter.id)).toContain(id);
  });

  it.each<[string, Parameters<typeof putAside>, RegExp]>([
    ['names a topic of its own choice', [{ topic: 'someone-elses' }], /none that records are taken from/],
    ['was too large to be kept whole', [{ value: Buffer.alloc(950 * 1024) }], /only a part/],
  ])('do not go back where one %s', async (_, letter, why) => {
    const { id } = await putAside(...letter);
    expect(await call(`/${id}/redrive`, 'POST')).toMatchObject({
      status: 409,
      body: { message: expect.stringMatching(why) },
    });
    expect((await call(`/${id}`)).body).toMatchObject({ status: 'open', redrivable: false });
  });

  it('does not send again what was sent and only could not be projected', async () => {
    const { id } = await putAside({ topic: monitoring.backends.topics.deliveries }, { by: 'projector' });
    expect(await call(`/${id}/redrive`, 'POST')).toMatchObject({
      status: 409,
      body: { message: expect.stringMatching(/delivered all the same/) },
    });
  });

  it('lists what nobody of ours wrote, and goes on behind it', async () => {
    const { deadLetters } = monitoring.backends.topics;
    const at = await new Promise<number>((resolve) =>
      producer.append(
        { topic: deadLetters, key: null, value: 'x', headers: { 'dead-letter': '{"reason":"\\u0000","topic":7}' } },
        ({ offset: appended }) => resolve(appended),
      ),
    );
    await putAside();
    expect((await call(`/0-${at}`)).body).toMatchObject({ stage: 'unknown', source: null, redrivable: false });
  });

  it('is for the operator: scopes, ids and queries are checked', async () => {
    const { id } = await putAside();
    const reader = { ...ops, scopes: ['ops:read'] };
    const asTenant = { scopes: ['webhooks:read', 'deliveries:read'] };
    const path = `/api/ops/dead-letters/${id}`;
    expect((await callApi(monitoring, path, { who: asTenant })).status).toBe(403);
    expect((await callApi(monitoring, `${path}/drop`, { who: reader, method: 'POST' })).status).toBe(403);
    for (const missing of ['0-999999', 'x', '0-', '-1']) {
      expect((await call(`/${missing}`)).status).toBe(404);
      expect((await call(`/${missing}/redrive`, 'POST')).status).toBe(404);
    }
    expect(await call('?limit=0&cursor=x&status=gone&from=y')).toMatchObject({
      status: 400,
      body: {
        code: 'guard.invalid_input',
        details: [{ field: 'status' }, { field: 'from' }, { field: 'cursor' }, { field: 'limit' }],
      },
    });
    expect(await call('?from=5&to=4')).toMatchObject({ status: 400, body: { code: 'log.invalid_time_window' } });
  });

  it('counts each letter once whoever projects it', async () => {
    const other = await startMonitoring(monitoring);
    const before = (await list('?limit=100')).deadLetters.length;
    await Promise.all([putAside(), putAside(), putAside()]);
    await other.stop();
    await putAside();
    expect((await list('?limit=100')).deadLetters).toHaveLength(before + 4);
  });
});
