import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { last24Hours } from '@signalbox/domain';
import type { DataSource } from 'typeorm';
import { PartitionMaintenance } from './database/adapters/postgres/partition-maintenance.ts';
import { PostgresHealthCounts } from './health/adapters/postgres/health-counts.postgres.ts';
import { PostgresHealthPages } from './health/adapters/postgres/health-pages.postgres.ts';
import { PostgresTroubledWebhooks } from './operations/adapters/postgres/troubled-webhooks.postgres.ts';
import { PostgresRequestLog } from './request-log/adapters/postgres/request-log.postgres.ts';
import type { Cursor, DeliveryQuery } from './request-log/domain/delivery-query.ts';
import { PostgresBulkResends } from './resends/adapters/postgres/bulk-resends.postgres.ts';
import { candidates } from './resends/adapters/postgres/resend.sql.ts';
import { readsOf } from './testing/explained-database.ts';
import { startTestDatabase } from './testing/test-database.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const since = Date.parse('2026-03-02T00:00:00Z');
const until = since + DAY_MS;
const owner = { tenantId: 'default', webhookId: 'busy' };
/** It was well at the day's beginning, and has not answered since but twice; once the answer broke off. */
const failing = { ...owner, webhookId: 'failing' };
/** As many as a page of the API at most. */
const limit = 20;

/** A day of a busy webhook, with little that is not as usual. Raised by hand to see that what is read does not grow. */
const DELIVERIES = Number(process.env['PLANNED_DELIVERIES'] ?? 60_000);
const IS_FAILING = 'n % 6 = 3';
const STATE = `CASE WHEN ${IS_FAILING} THEN CASE WHEN n < 200 THEN 'succeeded' ELSE 'failed' END
  ELSE CASE n % 4000 WHEN 7 THEN 'failed' WHEN 1007 THEN 'skipped' WHEN 2007 THEN 'retrying' WHEN 3007 THEN 'waiting'
  ELSE 'succeeded' END END`;
const FILL = `
  INSERT INTO monitoring.delivery (delivery_id, first_scheduled_at, tenant_id, webhook_id, event_type, body, state, status_code,
    is_request, has_succeeded, best_round, best_attempt, has_expired, last_round, last_attempt)
  SELECT md5(n::text)::uuid, $1::timestamptz + n * ($2::float8 / $3::int4) * interval '1 ms', 'default',
    CASE WHEN ${IS_FAILING} THEN 'failing' WHEN n % 3 = 0 THEN 'other' || n % 50 ELSE 'busy' END, CASE n % 5000 WHEN 11 THEN 'Rare' ELSE 'Usual' END,
    decode(repeat('00', 200), 'hex'), state,
    CASE state WHEN 'succeeded' THEN 200 WHEN 'failed' THEN CASE WHEN n = 3003 THEN 200 WHEN n = 3009 OR NOT ${IS_FAILING} THEN 404 END
      WHEN 'retrying' THEN 503 END,
    state IN ('succeeded', 'failed', 'retrying'), state = 'succeeded', 0, 1, false, 0, 1
  FROM (SELECT n, ${STATE} AS state FROM generate_series(0, $3 - 1) AS n) AS made`;
const COUNT = (width: string): string => `
  INSERT INTO monitoring.webhook_${width}
    (webhook_id, tenant_id, start_at, requests, succeeded, failed, expired, abandoned, retrying, waiting,
      error_timeout)
  SELECT webhook_id, tenant_id, date_trunc('${width}', first_scheduled_at), count(*) FILTER (WHERE is_request),
    count(*) FILTER (WHERE state = 'succeeded'), count(*) FILTER (WHERE state = 'failed'), 0, 0,
    count(*) FILTER (WHERE state = 'retrying'), count(*) FILTER (WHERE state = 'waiting'),
    count(*) FILTER (WHERE state = 'failed' AND coalesce(status_code, 200) = 200)
  FROM monitoring.delivery GROUP BY 1, 2, 3`;

let dataSource: DataSource;
let stop: () => Promise<void>;
beforeAll(async () => {
  ({ dataSource, stop } = await startTestDatabase());
  await new PartitionMaintenance(dataSource).run(7 * DAY_MS, since + HOUR_MS);
  await dataSource.query(FILL, [new Date(since), DAY_MS, DELIVERIES]);
  await dataSource.query(
    'INSERT INTO monitoring.delivery_place SELECT delivery_id, first_scheduled_at FROM monitoring.delivery',
  );
  for (const width of ['minute', 'hour']) await dataSource.query(COUNT(width));
  await dataSource.query('ANALYZE');
}, 180_000);
afterAll(async () => stop());

const everything: DeliveryQuery = {
  window: { fromMs: since, untilMs: until },
  state: null,
  eventType: null,
  statusClass: null,
  deliveryIds: null,
  after: null,
  limit,
};

/** The minutes of the day, and of those with a match their other rows. To look through all of the webhook's would be seven times that. */
const MOST_READ = DELIVERIES / 10;

describe('what the request log reads of a busy webhook is a small part of its traffic', () => {
  const lists: readonly (readonly [string, Partial<DeliveryQuery>, string])[] = [
    ['all', {}, 'true'],
    ['failed', { state: 'failed' }, `state = 'failed'`],
    ['skipped', { state: 'skipped' }, `state = 'skipped'`],
    ['retrying', { state: 'retrying' }, `state = 'retrying'`],
    ['waiting', { state: 'waiting' }, `state = 'waiting'`],
    ['succeeded', { state: 'succeeded' }, `state = 'succeeded'`],
    ['a rare event', { eventType: 'Rare' }, `event_type = 'Rare'`],
    [
      'a rare event that succeeded',
      { eventType: 'Rare', state: 'succeeded' },
      `event_type = 'Rare' AND state = 'succeeded'`,
    ],
    ['4xx', { statusClass: 4 }, 'status_code = 404'],
    ['5xx', { statusClass: 5 }, 'status_code = 503'],
    [
      'an hour',
      { window: { fromMs: since + HOUR_MS, untilMs: since + 2 * HOUR_MS } },
      `first_scheduled_at >= '2026-03-02T01:00Z' AND first_scheduled_at < '2026-03-02T02:00Z'`,
    ],
  ];
  const of2xx = ['2xx', { statusClass: 2 }, 'status_code = 200'] as const;
  it.each([
    ...lists.map((list) => [...list, owner] as const),
    [...of2xx, owner] as const,
    [`${of2xx[0]} where it fails`, of2xx[1], of2xx[2], failing] as const,
    ['2xx of an event where it fails', { statusClass: 2, eventType: 'Usual' }, of2xx[2], failing] as const,
    ['4xx where it fails', { statusClass: 4 }, 'status_code = 404', failing] as const,
    ['4xx that failed where it fails', { statusClass: 4, state: 'failed' }, 'status_code = 404', failing] as const,
  ])('by pages of: %s', async (_name, change, condition, of) => {
    const wanted = await dataSource.query<{ id: string }[]>(
      `SELECT delivery_id AS id FROM monitoring.delivery WHERE webhook_id = $1 AND ${condition}
       ORDER BY first_scheduled_at DESC, delivery_id DESC LIMIT ${2 * limit}`,
      [of.webhookId],
    );
    expect(wanted.length).toBeGreaterThan(0);
    const found: string[] = [];
    let after: Cursor | null = null;
    for (let page = 0; page < 2; page++) {
      const reads = await readsOf(dataSource, async (explained) => {
        const rows = await new PostgresRequestLog(explained).deliveries(of, { ...everything, ...change, after });
        found.push(...rows.slice(0, limit).map(({ deliveryId }) => deliveryId));
        after = rows[limit - 1] ?? null;
      });
      expect(reads).toEqual({ rows: expect.any(Number), wholeTables: [] });
      expect(reads.rows).toBeLessThan(MOST_READ);
      if (after === null) break;
    }
    expect(found).toEqual(wanted.map(({ id }) => id));
  });

  it.each([
    { state: 'succeeded', statusClass: 4 },
    { state: 'succeeded', statusClass: 5 },
    { state: 'queued', statusClass: 2 },
  ] as const)('nothing, where none can be meant: %j', async (asked) => {
    const reads = await readsOf(dataSource, async (explained) => {
      expect(await new PostgresRequestLog(explained).deliveries(owner, { ...everything, ...asked })).toEqual([]);
    });
    expect(reads).toEqual({ rows: 0, wholeTables: [] });
  });

  it('by pages of a rare event as Logto has them, and by the id of one', async () => {
    const [one] = await dataSource.query<{ id: string }[]>(
      `SELECT delivery_id AS id FROM monitoring.delivery WHERE webhook_id = 'busy' AND event_type = 'Rare' LIMIT 1`,
    );
    const { window } = everything;
    const asked = { window, logKey: 'TriggerHook.Rare', page: 1, pageSize: limit, isCapped: false };
    const reads = await readsOf(dataSource, async (explained) => {
      const log = new PostgresRequestLog(explained);
      expect((await log.page(owner, asked)).entries.length).toBeGreaterThan(0);
      expect(await log.deliveries(owner, { ...everything, deliveryIds: [one?.id ?? ''] })).toHaveLength(1);
      expect(await log.delivery(owner, one?.id ?? '')).toBeDefined();
      expect(await log.entry('default', one?.id ?? '')).toBeDefined();
    });
    expect(reads.wholeTables).toEqual([]);
    expect(reads.rows).toBeLessThan(200);
  });
});

describe('what a resend of many reads is what failed, not all that was sent', () => {
  const filter = { state: 'failed', fromMs: since, toMs: until, eventType: null } as const;

  it('when it is counted, and at each of its steps', async () => {
    const request = { filter, ratePerSecond: 10, isDryRun: false };
    let matching = 0;
    const counting = await readsOf(dataSource, async (explained) => {
      matching = await new PostgresBulkResends(explained).count(owner, filter);
    });
    expect(matching).toBeGreaterThan(0);
    expect(counting).toEqual({ rows: expect.any(Number), wholeTables: [] });
    expect(counting.rows).toBeLessThan(4 * matching + 10);
    const begun = await new PostgresBulkResends(dataSource).create(
      owner,
      { request, actor: 'a', atMs: until },
      matching,
    );
    await dataSource.query('UPDATE monitoring.bulk_resend SET after_at = $1, after_id = $2', [
      new Date(until - 12 * HOUR_MS),
      '00000000-0000-0000-0000-000000000000',
    ]);
    const stepping = await readsOf(dataSource, async (explained) => {
      const found = await explained.query<object[]>(candidates('failed'), [(begun as { id: string }).id, 500]);
      expect(found).not.toHaveLength(0);
    });
    expect(stepping.wholeTables).toEqual([]);
    // Half of them, the rounds asked for of each, and the resend itself.
    expect(stepping.rows).toBeLessThan(2 * matching);
  });

  it('also where only a rare event is meant', async () => {
    const { rows, wholeTables } = await readsOf(dataSource, async (explained) => {
      await new PostgresBulkResends(explained).count(owner, { ...filter, state: 'succeeded', eventType: 'Rare' });
    });
    expect([rows < 100, wholeTables]).toEqual([true, []]);
  });
});

it('what health reads are hours and minutes, and no delivery', async () => {
  const window = last24Hours(until - 1);
  const { rows, wholeTables } = await readsOf(dataSource, async (explained) => {
    const counts = new PostgresHealthCounts(explained);
    const pages = new PostgresHealthPages(explained, 7 * DAY_MS);
    await counts.totals('default', 'busy', window);
    await counts.minutes('default', 'busy', window);
    await pages.lines('default', ['busy', 'other0'], window);
    await pages.oldestOpen('default', ['busy', 'other0']);
  });
  expect(wholeTables).toEqual([]);
  expect(rows).toBeLessThan(1_440 + 400);
});

it.each([20, 40])(
  'what the list of troubled webhooks reads are hours, and few minutes of each: at minute %d of an hour',
  async (minute) => {
    const window = last24Hours(until + 5 * HOUR_MS + minute * 60_000);
    const expected = await dataSource.query<object[]>(
      `SELECT webhook_id AS "webhookId", count(*) FILTER (WHERE is_request)::float8 AS requests,
         count(*) FILTER (WHERE state = 'succeeded')::float8 AS succeeded, count(*) FILTER (WHERE state = 'failed')::float8 AS failed
       FROM monitoring.delivery WHERE first_scheduled_at >= $1 GROUP BY 1 ORDER BY failed DESC, requests DESC, webhook_id`,
      [new Date(window.fromMs)],
    );
    expect(expected).toHaveLength(27);
    let listed: readonly object[] = [];
    const { rows } = await readsOf(dataSource, async (explained) => {
      listed = await new PostgresTroubledWebhooks(explained, 3_650 * DAY_MS).worst('failing', window, 100);
    });
    expect(listed).toMatchObject(expected);
    // The hours of the day three times, and half an hour of minutes; what is open at last.
    expect(rows).toBeLessThan(27 * (3 * 24 + 30) + 2 * (24 + 60));
  },
);
