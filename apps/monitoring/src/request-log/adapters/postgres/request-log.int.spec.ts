/** What the queries of the log read to answer, among many more rows: what is asked for, and hardly anything else. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { DataSource } from 'typeorm';
import { startTestDatabase } from '../../../testing/test-database.ts';
import type { DeliveryQuery } from '../../domain/delivery-query.ts';
import { PostgresRequestLog } from './request-log.postgres.ts';

const DELIVERIES = 40_000;
const owner = { tenantId: 'default', webhookId: 'busy' };
const now = Date.now();
const all: DeliveryQuery = {
  window: { fromMs: now - 86_400_000, untilMs: now + 1 },
  state: null,
  eventType: null,
  statusClass: null,
  deliveryIds: null,
  after: null,
  limit: 20,
};

interface Plan {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly 'Actual Rows': number;
  readonly 'Actual Loops': number;
  readonly 'Rows Removed by Filter'?: number;
  readonly Plans?: readonly Plan[];
}

let dataSource: DataSource;
let stop: () => Promise<void>;
beforeAll(async () => {
  ({ dataSource, stop } = await startTestDatabase());
  // One in a thousand failed, the others succeeded.
  await dataSource.query(
    `INSERT INTO monitoring.delivery (delivery_id, first_scheduled_at, tenant_id, webhook_id, event_type, state, is_request,
       has_expired, last_round, last_attempt, round_state)
     SELECT gen_random_uuid(), to_timestamp($1::float8 / 1000) - interval '2 seconds' * n, 'default', 'busy', 'User.Created',
       CASE WHEN n % 1000 = 999 THEN 'failed' ELSE 'succeeded' END, true, false, 0, 1, 'succeeded'
     FROM generate_series(1, ${DELIVERIES}) AS n`,
    [now],
  );
  await dataSource.query(
    `INSERT INTO monitoring.delivery_place SELECT delivery_id, first_scheduled_at FROM monitoring.delivery`,
  );
  await dataSource.query('ANALYZE monitoring.delivery, monitoring.delivery_place');
});
afterAll(async () => stop?.());

/** How many rows of the tables of deliveries were looked at for `ask`, those included that did not match. */
async function rowsReadFor(ask: (log: PostgresRequestLog) => Promise<unknown>): Promise<number> {
  let read = 0;
  const count = ({ Plans: inner = [], ...plan }: Plan): void => {
    const isTable = plan['Relation Name']?.startsWith('delivery') === true && plan['Node Type'] !== 'Bitmap Index Scan';
    if (isTable) read += (plan['Actual Rows'] + (plan['Rows Removed by Filter'] ?? 0)) * plan['Actual Loops'];
    inner.forEach(count);
  };
  const explaining = {
    query: async (sql: string, parameters: unknown[]): Promise<unknown> => {
      const [explained] = await dataSource.query<{ 'QUERY PLAN': { Plan: Plan }[] }[]>(
        `EXPLAIN (ANALYZE, FORMAT JSON) ${sql}`,
        parameters,
      );
      for (const { Plan: plan } of explained?.['QUERY PLAN'] ?? []) count(plan);
      return dataSource.query(sql, parameters);
    },
  };
  await ask(new PostgresRequestLog(explaining as Pick<DataSource, 'query'>));
  return read;
}

describe(`of a webhook with ${DELIVERIES} deliveries a day`, () => {
  it('a page of the newest reads that page', async () => {
    expect(await rowsReadFor(async (log) => log.deliveries(owner, all))).toBeLessThanOrEqual(50);
  });

  it('a page in the middle reads that page, and is the same while rows arrive', async () => {
    const log = new PostgresRequestLog(dataSource);
    const first = await log.deliveries(owner, all);
    const last = first.at(-2);
    if (last === undefined) throw new Error('there is no page');
    const second = async () => log.deliveries(owner, { ...all, after: last });
    const before = await second();
    await dataSource.query(
      `INSERT INTO monitoring.delivery (delivery_id, first_scheduled_at, tenant_id, webhook_id, event_type, state, is_request,
         has_expired, last_round, last_attempt)
       SELECT gen_random_uuid(), to_timestamp($1::float8 / 1000), 'default', 'busy', 'User.Created', 'queued', false, false, 0, 0
       FROM generate_series(1, 30)`,
      [now],
    );
    expect(await second()).toEqual(before);
    expect(before[0]?.deliveryId).toBe(first.at(-1)?.deliveryId);
    expect(await rowsReadFor(async (asked) => asked.deliveries(owner, { ...all, after: last }))).toBeLessThanOrEqual(
      50,
    );
  });

  it.each(['failed', 'expired', 'waiting', 'queued'] as const)(
    'those that are %s are found by an index',
    async (state) => {
      expect(await rowsReadFor(async (log) => log.deliveries(owner, { ...all, state }))).toBeLessThanOrEqual(50);
    },
  );

  it('one of them is found by its id', async () => {
    const [some] = await new PostgresRequestLog(dataSource).deliveries(owner, all);
    const id = some?.deliveryId ?? '';
    expect(await rowsReadFor(async (log) => log.delivery(owner, id))).toBeLessThanOrEqual(5);
    expect(await rowsReadFor(async (log) => log.entry('default', id))).toBeLessThanOrEqual(5);
    expect(await rowsReadFor(async (log) => log.deliveries(owner, { ...all, deliveryIds: [id] }))).toBeLessThanOrEqual(
      5,
    );
  });
});
