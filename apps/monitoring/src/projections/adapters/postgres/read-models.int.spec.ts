import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Delivery, Fact } from '@signalbox/contracts';
import type { DeliveryId } from '@signalbox/domain';
import { deliveryIdOf } from '@signalbox/domain';
import * as fc from 'fast-check';
import type { DataSource } from 'typeorm';
import { anyFacts, attempted, deferred, expired } from '../../../testing/facts.ts';
import { startTestDatabase } from '../../../testing/test-database.ts';
import { BatchFold } from '../../application/batch-fold.ts';
import type { ProjectedRecord } from '../../application/projected-record.ts';
import { PostgresReadModels } from './read-models.postgres.ts';

let dataSource: DataSource;
let stop: () => Promise<void>;
let readModels: PostgresReadModels;
let next = 0;

beforeAll(async () => {
  ({ dataSource, stop } = await startTestDatabase());
});
afterAll(async () => stop());

const topic = 'attempts';
beforeEach(async () => {
  readModels = new PostgresReadModels(dataSource);
  for (const table of [
    'delivery',
    'attempt',
    'webhook_minute',
    'webhook_hour',
    'projection_offset',
    'breaker_change',
  ]) {
    await dataSource.query(`TRUNCATE monitoring.${table}`);
  }
  next = 0;
  await readModels.locate([{ topic, partition: 0, logStart: 0 }]);
});

async function project(records: readonly ProjectedRecord[], at = { from: next, to: next + records.length }) {
  const fold = new BatchFold(records);
  const projected = await readModels.project([{ topic, partition: 0, ...at }], async (projection) => {
    const contested = fold.setKnown(await projection.known(fold.keys()));
    await projection.write(fold.changes(await projection.attempts(contested)));
  });
  if (projected.kind === 'committed') next = at.to;
  return projected;
}

const factOf = (fact: Fact): ProjectedRecord => ({ kind: 'fact', fact });

const delivery = (change: Partial<Delivery> = {}): ProjectedRecord => ({
  kind: 'delivery',
  webhookId: 'webhook1',
  body: Buffer.from('{"event":"User.Created","name":"Zoë \\"x\\" \\\\","hookId":"webhook1"}'),
  delivery: {
    ...attempted(),
    eventId: 'e1',
    sourceTopic: 'auth-events',
    sourcePartition: 0,
    sourceOffset: 0,
    ...change,
  },
});

const rows = async (table: string): Promise<Record<string, unknown>[]> =>
  dataSource.query(`SELECT * FROM monitoring.${table}`);
const counts = async (): Promise<Record<string, unknown>> => {
  const [minute] = await dataSource.query<Record<string, unknown>[]>(
    `SELECT coalesce(sum(requests), 0)::int AS requests, coalesce(sum(succeeded), 0)::int AS succeeded, coalesce(sum(failed), 0)::int AS failed,
      coalesce(sum(retrying), 0)::int AS retrying, coalesce(sum(waiting), 0)::int AS waiting FROM monitoring.webhook_minute`,
  );
  return minute ?? {};
};

describe('read models in Postgres', () => {
  it('keep a delivery, its body byte for byte, and every attempt', async () => {
    await project([delivery(), factOf(attempted({ statusCode: 200, answer: 'ok \0 "quoted" \\ ü' }))]);
    expect(await rows('delivery')).toMatchObject([
      { state: 'succeeded', is_request: true, status_code: 200, event_id: 'e1', webhook_id: 'webhook1' },
    ]);
    const [{ body } = {}] = await rows('delivery');
    expect((body as Buffer).toString()).toBe('{"event":"User.Created","name":"Zoë \\"x\\" \\\\","hookId":"webhook1"}');
    expect(await rows('attempt')).toMatchObject([
      { kind: 'attempted', outcome: 'succeeded', answer: 'ok \uFFFD "quoted" \\ ü' },
    ]);
    expect(await counts()).toEqual({ requests: 1, succeeded: 1, failed: 0, retrying: 0, waiting: 0 });
  });

  it('take facts before their delivery, and a retry of it without storing the body again', async () => {
    await project([factOf(attempted({ outcome: 'retrying', nextAttemptAtMs: 1_767_225_605_000 }))]);
    expect(await rows('delivery')).toMatchObject([{ state: 'retrying', body: null }]);
    await project([delivery()]);
    await project([delivery({ attemptNumber: 2 }), factOf(attempted({ attemptNumber: 2 }))]);
    expect(await rows('delivery')).toMatchObject([
      { state: 'succeeded', event_id: 'e1', last_attempt: 2, next_at: null },
    ]);
    expect(await rows('attempt')).toHaveLength(2);
    expect(await counts()).toEqual({ requests: 1, succeeded: 1, failed: 0, retrying: 0, waiting: 0 });
  });

  it('move counts within the minute of the first scheduling', async () => {
    await project([delivery()]);
    expect(await counts()).toMatchObject({ requests: 0, waiting: 1 });
    await project([factOf(attempted({ outcome: 'retrying', nextAttemptAtMs: 2 }))]);
    expect(await counts()).toMatchObject({ requests: 1, waiting: 0, retrying: 1 });
    await project([factOf(deferred({ attemptNumber: 2 }))]);
    expect(await counts()).toMatchObject({ requests: 1, waiting: 1, retrying: 0 });
    await project([factOf(expired({ attemptNumber: 2, deferrals: 1, atMs: 1_767_325_600_000 }))]);
    expect(await counts()).toMatchObject({ requests: 1, waiting: 0, failed: 1 });
    const minutes = await rows('webhook_minute');
    expect(minutes).toHaveLength(1);
    expect(minutes[0]?.['start_at']).toEqual(new Date('2026-01-01T00:00:00Z'));
    expect(await rows('webhook_hour')).toMatchObject([{ requests: 1, failed: 1 }]);
  });

  it('change nothing when another has moved the position, and say where it stands', async () => {
    await readModels.locate([{ topic, partition: 1, logStart: 7 }]);
    await project([delivery(), factOf(attempted())]);
    const again = await readModels.project(
      [
        { topic, partition: 0, from: 0, to: 2 },
        { topic, partition: 1, from: 7, to: 9 },
      ],
      () => Promise.reject(new Error('must not be asked')),
    );
    expect(again).toEqual({ kind: 'overtaken', positions: [{ topic, partition: 0, offset: 2 }] });
    const positions = await dataSource.query<unknown>(
      'SELECT partition, next_offset FROM monitoring.projection_offset ORDER BY partition',
    );
    expect(positions).toEqual([
      { partition: 0, next_offset: 2 },
      { partition: 1, next_offset: 7 },
    ]);
  });

  it('write nothing, not even the position, when the work fails on the way', async () => {
    const failing = readModels.project([{ topic, partition: 0, from: 0, to: 1 }], async (projection) => {
      const fold = new BatchFold([delivery()]);
      await projection.write(fold.changes([]));
      throw new Error('killed here');
    });
    await expect(failing).rejects.toThrow('killed here');
    expect(await rows('delivery')).toEqual([]);
    expect(await readModels.locate([{ topic, partition: 0, logStart: 0 }])).toEqual([
      { topic, partition: 0, offset: 0 },
    ]);
  });

  it('refuse what Postgres cannot store as a fault of the data', async () => {
    const tooLarge = factOf(attempted({ statusCode: 2 ** 40 }));
    await expect(project([tooLarge])).rejects.toMatchObject({ code: 'projection.refused_data' });
    const broken = readModels.project([{ topic, partition: 0, from: 0, to: 1 }], async () => {
      await dataSource.query("SELECT 'x'::int4");
    });
    await expect(broken).rejects.toMatchObject({ code: 'projection.refused_data' });
  });

  it('count the same for every order and division of facts, twins and repetitions included', async () => {
    const latencies = async (): Promise<unknown> => {
      const [minute = {}] = await rows('webhook_minute');
      return Object.entries(minute).filter(([name, count]) => /^l\d+$/.test(name) && count !== null && count !== 0);
    };
    const scenario = anyFacts().chain((facts) =>
      fc.record({
        facts: fc.constant(facts),
        again: fc.shuffledSubarray([...facts, ...facts], { minLength: facts.length * 2, maxLength: facts.length * 2 }),
        cut: fc.nat({ max: 16 }),
        at: fc.nat(),
      }),
    );
    let run = 0;
    await fc.assert(
      fc.asyncProperty(scenario, async ({ facts, again, cut }) => {
        run++;
        const of = (name: string) => {
          const deliveryId: DeliveryId = deliveryIdOf(name, String(run));
          return (fact: Fact): ProjectedRecord => factOf({ ...fact, deliveryId, webhookId: name });
        };
        const summaries = async (name: string): Promise<unknown> => {
          const [row] = await dataSource.query<Record<string, unknown>[]>(
            `SELECT d.*, (SELECT json_agg(json_build_array(kind, round, attempt_number, wait_number, rank, at, total_ms)
               ORDER BY kind, round, attempt_number, wait_number) FROM monitoring.attempt a WHERE a.delivery_id = d.delivery_id) AS attempts
             FROM monitoring.delivery d WHERE delivery_id = $1`,
            [deliveryIdOf(name, String(run))],
          );
          const { delivery_id: _id, webhook_id: _webhook, ...rest } = row ?? {};
          return rest;
        };
        await dataSource.query('TRUNCATE monitoring.webhook_minute');
        await project(facts.map(of('once')));
        const [expected, expectedLatencies] = [await counts(), await latencies()];
        await dataSource.query('TRUNCATE monitoring.webhook_minute');
        await project(again.slice(0, cut).map(of('again')));
        await project(again.slice(cut).map(of('again')));
        if (facts.length === 0) return;
        expect(await counts()).toEqual(expected);
        expect(await latencies()).toEqual(expectedLatencies);
        expect(await summaries('again')).toEqual(await summaries('once'));
      }),
      { numRuns: 60 },
    );
  });
});
