import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { topicNames } from '@signalbox/contracts';
import type { RunningKafka, RunningPostgres } from '@signalbox/sandbox';
import { ensureDatabase, startKafka, startPostgres } from '@signalbox/sandbox';
import { waitFor } from '@signalbox/testing';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { callApi } from './testing/api-caller.ts';
import { FactLog } from './testing/fact-log.ts';
import { attempted } from './testing/facts.ts';
import type { PreparedMonitoring, RunningMonitoring } from './testing/running-monitoring.ts';
import { prepareMonitoring, startMonitoring } from './testing/running-monitoring.ts';
import { verifyCommand } from './verification/verify-command.ts';

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
    await node?.start();
  });
  const said = await recounted();
  expect(said).toContain('no difference');
  expect(said.join('\n')).toContain(`${published} deliveries compared`);
}, 150_000);
