import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { topicNames } from '@signalbox/contracts';
import { IDENTITY_HEADER } from '@signalbox/identity';
import type { RunningKafka, RunningPostgres } from '@signalbox/sandbox';
import { ensureDatabase, startKafka, startPostgres } from '@signalbox/sandbox';
import { waitFor } from '@signalbox/testing';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { callApi } from './testing/api-caller.ts';
import { FactLog } from './testing/fact-log.ts';
import { attempted } from './testing/facts.ts';
import type { PreparedMonitoring, RunningMonitoring } from './testing/running-monitoring.ts';
import { prepareMonitoring, startMonitoring } from './testing/running-monitoring.ts';
import { verifyCommand } from './verification/verify-command.ts';

const run = promisify(execFile);
const webhookId = 'hook-in-outages';
const retrying = attempted({ outcome: 'retrying', statusCode: 503, nextAttemptAtMs: Date.now() });

let dir: string;
let kafka: RunningKafka;
let postgres: RunningPostgres;
let prepared: PreparedMonitoring;
let monitoring: RunningMonitoring;
let log: FactLog;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'signalbox-outages-'));
  // Of this file alone: others go on while they are away.
  [kafka, postgres] = await Promise.all([
    startKafka({ dir: join(dir, 'kafka') }),
    startPostgres({ dir: join(dir, 'postgres') }),
  ]);
  prepared = await prepareMonitoring({
    kafkaBrokers: kafka.bootstrap,
    databaseUrl: await ensureDatabase(postgres.url, 'outages'),
    topicPrefix: 'outages.',
    topics: topicNames({ prefix: 'outages.', authEvents: ['outages.auth-events'] }),
    layout: { partitions: 4, retryPartitions: 2, replicationFactor: 1, minInsyncReplicas: 1 },
    stop: async () => {},
  });
  monitoring = await startMonitoring(prepared);
  log = await FactLog.open(monitoring);
}, 120_000);
afterAll(async () => {
  await log?.close();
  await monitoring?.stop();
  await Promise.all([kafka?.stop(), postgres?.stop()]);
  if (dir !== undefined) await rm(dir, { recursive: true, force: true });
}, 60_000);

let published = 0;

/** Deliveries with two attempts each, published all the while `outage` happens and a little before and after. */
async function underLoad(outage: () => Promise<void>): Promise<void> {
  const ending = new AbortController();
  const publishing = (async () => {
    for (; !ending.signal.aborted; published++) {
      log.append({ webhookId, index: published }, retrying, attempted({ attemptNumber: 2 }));
      await delay(3);
    }
  })();
  const begun = published;
  await waitFor(() => published > begun + 50, { what: 'load' });
  await outage();
  const ended = published;
  await waitFor(() => published > ended + 50, { what: 'load' });
  ending.abort();
  await publishing;
}

/** Waits until all is projected, and counts it anew. */
async function recounted(): Promise<readonly string[]> {
  await waitFor(
    async () => {
      const [row] = await monitoring.dataSource
        .query<{ count: number }[]>(`SELECT count(*)::int AS count FROM monitoring.delivery WHERE state = 'succeeded'`)
        .catch(() => []);
      return row?.count === published;
    },
    { what: 'all deliveries to be projected', timeoutMs: 90_000 },
  );
  const lines: string[] = [];
  await verifyCommand(monitoring.env, (line) => lines.push(line));
  return lines;
}

/** Whether an answer is marked as one to which something may be missing. */
async function isMarkedStale(): Promise<boolean> {
  const headers = { [IDENTITY_HEADER]: await monitoring.identity() };
  const answer = await fetch(`${monitoring.url}/api/hooks/${webhookId}/health`, { headers });
  expect(answer.status).toBe(200);
  return answer.headers.get('signalbox-stale-data') === 'true';
}

const read = async () => (await callApi(monitoring, `/api/hooks/${webhookId}/recent-logs?page_size=1`)).status;

it('Postgres killed under load loses and doubles nothing, and the API says so meanwhile', async () => {
  await underLoad(async () => {
    await postgres.kill();
    expect(await read()).toBe(503);
    await postgres.start();
  });
  expect(await recounted()).toContain('no difference');
  expect(await read()).toBe(200);
}, 150_000);

it('Kafka restarted under load loses and doubles nothing, and the log can be read meanwhile', async () => {
  await underLoad(async () => {
    const [node] = kafka.nodes;
    await node?.stop();
    expect(await read()).toBe(200);
    // Long before its client gives up, which takes it half a minute or more.
    await waitFor(isMarkedStale, { what: 'answers that are marked as stale', timeoutMs: 25_000 });
    await node?.start();
  });
  const said = await recounted();
  expect(said).toContain('no difference');
  expect(said.join('\n')).toContain(`${published} deliveries compared`);
  const isFresh = async (): Promise<boolean> => !(await isMarkedStale());
  await waitFor(isFresh, { what: 'answers that are not marked any more', timeoutMs: 60_000 });
}, 150_000);

/** What the server's processes may make a file grow to, as `ulimit -f` would set it; none below 16 MiB, which logs of Postgres have. */
async function limitFiles(maxBytes: number | 'unlimited'): Promise<void> {
  const backends = await monitoring.dataSource.query<{ pid: number }[]>(
    `SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend'`,
  );
  const pids = [postgres.pid, ...backends.map(({ pid }) => pid)];
  // As who owns them, and the soft limit, which an ordinary user may raise again.
  const { uid, gid } = await stat(join(dir, 'postgres', 'data'));
  const limit = async (pid: number) => run('prlimit', ['--pid', String(pid), `--fsize=${maxBytes}:`], { uid, gid });
  const limited = await Promise.allSettled(pids.map(limit));
  // A backend that has ended meanwhile needs none.
  const failed = limited.filter(({ status }, index) => status === 'rejected' && existsSync(`/proc/${pids[index]}`));
  expect(failed).toEqual([]);
}

it('a full disk is told of and loses nothing: what did not fit is projected once there is room', async () => {
  const atMs = Date.now();
  const [row] = await monitoring.dataSource.query<{ part: string }[]>(
    `INSERT INTO monitoring.delivery (delivery_id, first_scheduled_at, tenant_id, webhook_id, event_type, body, state, is_request,
       has_expired, last_round, last_attempt)
     SELECT gen_random_uuid(), $1, 'default', 'filler', 'e', decode(repeat('00', 1000), 'hex'), 'queued', false, false, 0, 0
     FROM generate_series(1, 18000) RETURNING tableoid::regclass::text AS part`,
    [new Date(atMs)],
  );
  const [size] = await monitoring.dataSource.query<{ bytes: number }[]>(
    `SELECT pg_relation_size('${row?.part}')::float8 AS bytes`,
  );
  const ready = async () => fetch(`${monitoring.url}/health/ready`);
  // Kafka was away before, and who reads its dead letters connects anew after a while.
  const isReady = async () => (await ready()).status === 200;
  await waitFor(isReady, { what: 'monitoring to be ready', timeoutMs: 60_000 });
  await limitFiles(size?.bytes ?? 0);
  const publish = async () => {
    for (let count = 0; count < 200; count++, published++)
      log.append({ webhookId, index: published, atMs }, attempted());
    await log.flushed();
  };
  // The file has some pages to spare at first.
  await waitFor(
    async () => publish().then(async () => (await (await ready()).text()).includes('could not extend file')),
    {
      what: 'monitoring to say that it cannot project',
      everyMs: 200,
      timeoutMs: 30_000,
    },
  );
  expect((await ready()).status).toBe(503);
  const metrics = await (await fetch(`${monitoring.url}/metrics`)).text();
  expect(metrics).toMatch(/signalbox_monitoring_projection_failed_batches_total [1-9]/);
  expect(metrics).toContain('signalbox_monitoring_dead_letters_records_total 0');
  expect(await read()).toBe(200);
  expect(await isMarkedStale()).toBe(true);
  await limitFiles('unlimited');
  await monitoring.dataSource.query(`DELETE FROM monitoring.delivery WHERE webhook_id = 'filler'`);
  expect(await recounted()).toContain('no difference');
  await waitFor(isReady, { what: 'monitoring to be ready again' });
  expect(await isMarkedStale()).toBe(false);
}, 150_000);
