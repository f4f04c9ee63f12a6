import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Fact } from '@signalbox/contracts';
import type { DeliveryId } from '@signalbox/domain';
import { deliveryIdOf } from '@signalbox/domain';
import * as fc from 'fast-check';
import { anyFacts, attempted, deferred, expired } from '../../../testing/facts.ts';
import { ProjectingDatabase, deliveryRecord, factRecord } from '../../testing/projecting-database.ts';
import { BatchFold } from '../../application/batch-fold.ts';
import type { ReadableRecord } from '../../application/projected-record.ts';

let database: ProjectingDatabase;
beforeAll(async () => {
  database = await ProjectingDatabase.start();
});
afterAll(async () => database.stop());
beforeEach(async () => database.empty());

const rows = async (table: string): Promise<readonly Record<string, unknown>[]> => database.rows(table);
const counts = async (): Promise<Record<string, unknown>> => {
  const [minute] = await database.dataSource.query<Record<string, unknown>[]>(
    `SELECT coalesce(sum(requests), 0)::int AS requests, coalesce(sum(succeeded), 0)::int AS succeeded, coalesce(sum(failed), 0)::int AS failed,
      coalesce(sum(retrying), 0)::int AS retrying, coalesce(sum(waiting), 0)::int AS waiting FROM monitoring.webhook_minute`,
  );
  return minute ?? {};
};

describe('read models in Postgres', () => {
  it('keep a delivery, its body byte for byte, and every attempt', async () => {
    await database.project(deliveryRecord(), factRecord(attempted({ statusCode: 200, answer: 'ok \0 "quoted" \\ ü' })));
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
    await database.project(factRecord(attempted({ outcome: 'retrying', nextAttemptAtMs: 1_767_225_605_000 })));
    expect(await rows('delivery')).toMatchObject([{ state: 'retrying', body: null }]);
    await database.project(deliveryRecord());
    await database.project(deliveryRecord({ attemptNumber: 2 }), factRecord(attempted({ attemptNumber: 2 })));
    expect(await rows('delivery')).toMatchObject([
      { state: 'succeeded', event_id: 'e1', last_attempt: 2, next_at: null },
    ]);
    expect(await rows('attempt')).toHaveLength(2);
    expect(await counts()).toEqual({ requests: 1, succeeded: 1, failed: 0, retrying: 0, waiting: 0 });
  });

  it('move counts within the minute of the first scheduling', async () => {
    await database.project(deliveryRecord());
    expect(await counts()).toMatchObject({ requests: 0, waiting: 1 });
    await database.project(factRecord(attempted({ outcome: 'retrying', nextAttemptAtMs: 2 })));
    expect(await counts()).toMatchObject({ requests: 1, waiting: 0, retrying: 1 });
    await database.project(factRecord(deferred({ attemptNumber: 2 })));
    expect(await counts()).toMatchObject({ requests: 1, waiting: 1, retrying: 0 });
    await database.project(factRecord(expired({ attemptNumber: 2, deferrals: 1, atMs: 1_767_325_600_000 })));
    expect(await counts()).toMatchObject({ requests: 1, waiting: 0, failed: 1 });
    const minutes = await rows('webhook_minute');
    expect(minutes).toHaveLength(1);
    expect(minutes[0]?.['start_at']).toEqual(new Date('2026-01-01T00:00:00Z'));
    expect(await rows('webhook_hour')).toMatchObject([{ requests: 1, failed: 1 }]);
  });

  it('change nothing when another has moved the position, and say where it stands', async () => {
    await database.readModels.locate([{ topic: database.topic, partition: 1, logStart: 7 }]);
    await database.project(deliveryRecord(), factRecord(attempted()));
    const again = await database.readModels.project(
      [
        { topic: database.topic, partition: 0, from: 0, to: 2 },
        { topic: database.topic, partition: 1, from: 7, to: 9 },
      ],
      () => Promise.reject(new Error('must not be asked')),
    );
    expect(again).toEqual({ kind: 'overtaken', positions: [{ topic: database.topic, partition: 0, offset: 2 }] });
    const positions = await database.dataSource.query<unknown>(
      'SELECT partition, next_offset FROM monitoring.projection_offset ORDER BY partition',
    );
    expect(positions).toEqual([
      { partition: 0, next_offset: 2 },
      { partition: 1, next_offset: 7 },
    ]);
  });

  it('write nothing, not even the position, when the work fails on the way', async () => {
    const failing = database.readModels.project(
      [{ topic: database.topic, partition: 0, from: 0, to: 1 }],
      async (projection) => {
        const fold = new BatchFold([deliveryRecord()]);
        await projection.write(fold.changes([]));
        throw new Error('killed here');
      },
    );
    await expect(failing).rejects.toThrow('killed here');
    expect(await rows('delivery')).toEqual([]);
    expect(await database.readModels.locate([{ topic: database.topic, partition: 0, logStart: 0 }])).toEqual([
      { topic: database.topic, partition: 0, offset: 0 },
    ]);
  });

  it('refuse what Postgres cannot store as a fault of the data', async () => {
    const tooLarge = factRecord(attempted({ statusCode: 2 ** 40 }));
    await expect(database.project(tooLarge)).rejects.toMatchObject({ code: 'projection.refused_data' });
    const broken = database.readModels.project([{ topic: database.topic, partition: 0, from: 0, to: 1 }], async () => {
      await database.dataSource.query("SELECT 'x'::int4");
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
          return (fact: Fact): ReadableRecord => factRecord({ ...fact, deliveryId, webhookId: name });
        };
        const summaries = async (name: string): Promise<unknown> => {
          const [row] = await database.dataSource.query<Record<string, unknown>[]>(
            `SELECT d.*, (SELECT json_agg(json_build_array(kind, round, attempt_number, wait_number, rank, at, total_ms)
               ORDER BY kind, round, attempt_number, wait_number) FROM monitoring.attempt a WHERE a.delivery_id = d.delivery_id) AS attempts
             FROM monitoring.delivery d WHERE delivery_id = $1`,
            [deliveryIdOf(name, String(run))],
          );
          // How often a row was written depends on the batches.
          const { delivery_id: _id, webhook_id: _webhook, revision: _revision, ...rest } = row ?? {};
          return rest;
        };
        await database.dataSource.query('TRUNCATE monitoring.webhook_minute');
        await database.project(...facts.map(of('once')));
        const [expected, expectedLatencies] = [await counts(), await latencies()];
        await database.dataSource.query('TRUNCATE monitoring.webhook_minute');
        await database.project(...again.slice(0, cut).map(of('again')));
        await database.project(...again.slice(cut).map(of('again')));
        if (facts.length === 0) return;
        expect(await counts()).toEqual(expected);
        expect(await latencies()).toEqual(expectedLatencies);
        expect(await summaries('again')).toEqual(await summaries('once'));
      }),
      { numRuns: 60 },
    );
  });
});
