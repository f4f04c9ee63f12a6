import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { IDENTITY_HEADER } from '@signalbox/identity';
import { waitFor } from '@signalbox/testing';
import { FactLog } from '../testing/fact-log.ts';
import { attempted, deferred } from '../testing/facts.ts';
import type { RunningMonitoring } from '../testing/running-monitoring.ts';
import { identityOf, startMonitoring } from '../testing/running-monitoring.ts';
import { PostgresRebuiltTables } from './adapters/postgres/rebuilt-tables.postgres.ts';
import { rebuildCommand } from './rebuild-command.ts';

let monitoring: RunningMonitoring;
let log: FactLog;
beforeAll(async () => {
  monitoring = await startMonitoring();
  log = await FactLog.open(monitoring);
});
afterAll(async () => {
  await log?.close();
  await monitoring?.stop();
});

const webhookId = 'hook-to-rebuild';
const tables = async (): Promise<unknown> =>
  Promise.all(
    ['delivery', 'attempt', 'webhook_minute', 'tenant_hour'].map(async (table) =>
      monitoring.dataSource.query<unknown>(
        `SELECT to_jsonb(t) - 'revision' - 'shard' AS row FROM monitoring.${table} AS t ORDER BY 1`,
      ),
    ),
  );

async function rebuilt(): Promise<{ readonly said: readonly string[]; readonly shown: string }> {
  const said: string[] = [];
  let shown = '';
  const show = (line: string): void => void (shown = line);
  await rebuildCommand(monitoring.env, { print: (line) => said.push(line), show });
  return { said, shown };
}

it('a rebuild beside the service makes the same tables anew, whatever was in them', async () => {
  for (let index = 0; index < 50; index++) {
    const first = attempted({ outcome: 'retrying', nextAttemptAtMs: Date.now() });
    log.append(
      { webhookId, index },
      first,
      deferred({ attemptNumber: 2 }),
      attempted({ attemptNumber: 2, deferrals: 1 }),
    );
  }
  await log.projected();
  const before = await tables();
  await monitoring.dataSource.query<unknown>(
    `UPDATE monitoring.webhook_minute SET requests = 7; DELETE FROM monitoring.attempt`,
  );
  const { said, shown } = await rebuilt();
  expect(said).toEqual(['the read models are emptied; projecting anew', 'the read models are built anew']);
  expect(shown).toMatch(/^\[#{30}\] 100 %  200 of 200 records/);
  expect(await tables()).toEqual(before);
});

it('a rebuild that was killed as soon as it had begun is carried out by the running service', async () => {
  const { deliveries, attempts } = monitoring.backends.topics;
  await monitoring.dataSource.query<unknown>(
    `INSERT INTO monitoring.projection_offset (topic, partition, next_offset) VALUES ('another-topic', 0, 7)`,
  );
  const killed = new PostgresRebuiltTables(monitoring.dataSource, [deliveries, attempts], 86_400_000);
  const starts = [deliveries, attempts].flatMap((topic) =>
    Array.from({ length: monitoring.backends.layout.partitions }, (_, partition) => {
      return { topic, partition, logStart: 0, logEnd: 0 };
    }),
  );
  const before = await tables();
  expect(await killed.begin(starts)).toBe('begun');
  // Of another projection, which goes on where it was.
  expect(
    await monitoring.dataSource.query(
      `SELECT next_offset FROM monitoring.projection_offset WHERE topic = 'another-topic'`,
    ),
  ).toHaveLength(1);
  await log.projected();
  expect(await tables()).toEqual(before);
});

it('is begun anew when it is run again after that', async () => {
  const { said } = await rebuilt();
  expect(said).toEqual(['the read models are emptied; projecting anew', 'the read models are built anew']);
});

async function isMarked(): Promise<boolean> {
  const headers = { [IDENTITY_HEADER]: await identityOf() };
  const answer = await fetch(`${monitoring.url}/api/hooks/${webhookId}/recent-logs`, { headers });
  return answer.headers.has('signalbox-stale-data');
}

/** As if its topic had been made anew since. */
const endlessTargets = (): string =>
  JSON.stringify([{ topic: monitoring.backends.topics.attempts, partition: 0, until: 1_000_000 }]);

it('while it is under way, and not before or after, answers say that they may lack something', async () => {
  await waitFor(async () => !(await isMarked()), { what: 'answers that are not' });
  const beginning = monitoring.dataSource.createQueryRunner();
  await beginning.startTransaction();
  await beginning.query('LOCK TABLE monitoring.delivery IN ACCESS EXCLUSIVE MODE');
  await beginning.query('INSERT INTO monitoring.rebuild (targets) VALUES ($1)', [endlessTargets()]);
  const isHeldUpMarked = isMarked();
  const heldUp = `SELECT FROM pg_locks WHERE NOT granted AND relation = 'monitoring.delivery'::regclass
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`;
  await waitFor(async () => (await monitoring.dataSource.query<object[]>(heldUp)).length > 0, {
    what: 'an answer to wait for tables that are being emptied',
  });
  await beginning.commitTransaction();
  await beginning.release();
  expect(await isHeldUpMarked).toBe(true);
  await rebuilt();
  await waitFor(async () => !(await isMarked()), { what: 'answers that are not' });
});

it('nor for ever, where nobody can carry it out to its end', async () => {
  await monitoring.dataSource.query('INSERT INTO monitoring.rebuild (targets) VALUES ($1)', [endlessTargets()]);
  expect(await isMarked()).toBe(true);
  await waitFor(async () => !(await isMarked()), { what: 'answers that are not marked' });
  expect(await monitoring.dataSource.query('SELECT FROM monitoring.rebuild')).toHaveLength(1);
});
