import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Attempted, Fact } from '@signalbox/contracts';
import type { DeliveryId } from '@signalbox/domain';
import { ProjectingDatabase, factRecord } from '../projections/testing/projecting-database.ts';
import { attempted, deferred, expired, skipped } from '../testing/facts.ts';
import { PostgresFailureStreaks } from './adapters/postgres/failure-streaks.postgres.ts';
import type { WatchedWebhook } from './domain/failure-streak.ts';

let database: ProjectingDatabase;
let streaks: PostgresFailureStreaks;
beforeAll(async () => {
  database = await ProjectingDatabase.start();
  streaks = new PostgresFailureStreaks(database.dataSource);
});
afterAll(async () => database?.stop());
beforeEach(async () => database.empty());

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const START_MS = Date.UTC(2026, 0, 1);
const bounds = { spanMs: 5 * DAY_MS, minFailures: 10 };
const webhook: WatchedWebhook = { webhookId: 'webhook1', sinceMs: START_MS };

let deliveries = 0;
/** What became of one delivery that was scheduled and ended at that time; `endedAtMs` where it took longer. */
function ended(atMs: number, change: Partial<Attempted> = {}, endedAtMs = atMs): Attempted {
  const deliveryId = `0b8f2f64-7d4c-5c51-9a0e-${String(++deliveries).padStart(12, '0')}` as DeliveryId;
  const at = { deliveryId, firstScheduledAtMs: atMs, atMs: endedAtMs, startedAtMs: endedAtMs - 10 };
  return attempted({ ...at, outcome: 'failed', statusCode: 500, ...change });
}
/** Failures spread evenly from `fromMs` over `spanMs`, the first and the last exactly at its ends. */
const failures = (fromMs: number, spanMs: number, count: number): readonly Attempted[] =>
  Array.from({ length: count }, (_, index) => ended(fromMs + Math.round((index * spanMs) / (count - 1))));
const told = async (...facts: readonly Fact[]): Promise<void> => {
  await database.project(...facts.map(factRecord));
};
const named = async (watched: WatchedWebhook = webhook, tenantId = 'default') =>
  streaks.streaksOf(tenantId, [watched], bounds);

describe('a webhook whose deliveries end in failure', () => {
  it('is named from ten failures over the span on, and not a moment earlier', async () => {
    await told(...failures(START_MS + HOUR_MS, 5 * DAY_MS - 1, 10));
    expect(await named()).toEqual([]);
    await told(ended(START_MS + HOUR_MS + 5 * DAY_MS));
    expect(await named()).toEqual([
      {
        webhookId: 'webhook1',
        failures: 11,
        firstFailedAtMs: START_MS + HOUR_MS,
        lastFailedAtMs: START_MS + HOUR_MS + 5 * DAY_MS,
      },
    ]);
    expect(await named(webhook, 'other')).toEqual([]);
  });

  it('is not named for nine of them, however long that took', async () => {
    await told(...failures(START_MS + HOUR_MS, 6 * DAY_MS, 9));
    expect(await named()).toEqual([]);
  });

  it('is not named for an hour of failures and no traffic since', async () => {
    await told(...failures(START_MS + HOUR_MS, HOUR_MS, 50));
    expect(await named()).toEqual([]);
  });

  it('begins anew after a success, also one of an old delivery that came late', async () => {
    const old = ended(START_MS + HOUR_MS);
    await told(...failures(START_MS + HOUR_MS, 6 * DAY_MS, 20), old);
    expect(await named()).toHaveLength(1);
    const late = { ...old, round: 1, outcome: 'succeeded' as const, statusCode: 200 };
    await told({ ...late, atMs: START_MS + 4 * DAY_MS, startedAtMs: START_MS + 4 * DAY_MS });
    expect(await named()).toEqual([]);
  });

  it('keeps its first time when what failed first is resent and fails or expires again', async () => {
    const [first, second] = [ended(START_MS + HOUR_MS), ended(START_MS + 2 * HOUR_MS)];
    await told(first, second, ...failures(START_MS + 3 * HOUR_MS, 6 * DAY_MS, 8));
    const before = await named();
    expect(before).toMatchObject([{ failures: 10, firstFailedAtMs: START_MS + HOUR_MS }]);
    const atMs = START_MS + 6 * DAY_MS;
    await told({ ...first, round: 1, atMs, startedAtMs: atMs - 10 });
    expect(await named()).toEqual(before);
    const { deliveryId, firstScheduledAtMs } = first;
    await told(expired({ deliveryId, firstScheduledAtMs, round: 2, atMs: atMs + DAY_MS }));
    expect(await named()).toEqual(before);
    await told({ ...second, round: 1, outcome: 'succeeded', statusCode: 200, atMs: atMs + DAY_MS });
    expect(await named()).toEqual([]);
  });

  it('counts only what ended after its clock began', async () => {
    await told(...failures(START_MS + HOUR_MS, 6 * DAY_MS, 30));
    expect(await named({ ...webhook, sinceMs: START_MS + 3 * HOUR_MS })).toMatchObject([{ webhookId: 'webhook1' }]);
    expect(await named({ ...webhook, sinceMs: START_MS + 2 * DAY_MS })).toEqual([]);
  });

  it('is not named for what was deferred, skipped or expired', async () => {
    const others = failures(START_MS + HOUR_MS, 6 * DAY_MS, 30).flatMap(
      ({ deliveryId, firstScheduledAtMs, atMs }, index) => {
        const at = { deliveryId, firstScheduledAtMs, atMs };
        return [deferred(at), skipped(at), expired(at)][index % 3] ?? [];
      },
    );
    await told(...others, ...failures(START_MS + HOUR_MS, 6 * DAY_MS, 9));
    expect(await named()).toEqual([]);
  });
});

describe('a webhook that was failing', () => {
  it('has recovered with the first success since, and not by one from before', async () => {
    const success = (atMs: number): Attempted => ended(atMs, { outcome: 'succeeded', statusCode: 200 });
    const failing = { ...webhook, failingSinceMs: START_MS + DAY_MS };
    await told(success(START_MS + HOUR_MS), ...failures(START_MS + DAY_MS, DAY_MS, 10));
    expect(await streaks.recoveredOf('default', [failing, webhook])).toEqual([]);
    await told(success(START_MS + 3 * DAY_MS));
    expect(await streaks.recoveredOf('default', [failing])).toEqual(['webhook1']);
    expect(await streaks.recoveredOf('other', [failing])).toEqual([]);
  });
});
