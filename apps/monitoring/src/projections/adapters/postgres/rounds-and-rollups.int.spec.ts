import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { BreakerChanged } from '@signalbox/contracts';
import { deliveryIdOf } from '@signalbox/domain';
import { attempted, breakerChanged, deferred, skipped } from '../../../testing/facts.ts';
import { ProjectingDatabase, deliveryRecord, factRecord } from '../../testing/projecting-database.ts';

let database: ProjectingDatabase;
beforeAll(async () => {
  database = await ProjectingDatabase.start();
});
afterAll(async () => database.stop());
beforeEach(async () => database.empty());

const { firstScheduledAtMs } = attempted();
const failed = { outcome: 'failed', statusCode: 503, errorClass: 'http-status', error: 'it answered 503' } as const;

describe('rounds of a delivery', () => {
  it('show a resend under way beside the state that stands until it has ended', async () => {
    await database.project(deliveryRecord(), factRecord(attempted(failed)));
    expect(await database.rows('delivery')).toMatchObject([{ state: 'failed', round: 0, round_state: 'failed' }]);
    await database.project(deliveryRecord({ round: 1 }));
    expect(await database.rows('delivery')).toMatchObject([{ state: 'failed', round: 1, round_state: 'queued' }]);
    const retrying = attempted({ ...failed, round: 1, outcome: 'retrying', nextAttemptAtMs: firstScheduledAtMs + 9 });
    await database.project(factRecord(retrying));
    expect(await database.rows('delivery')).toMatchObject([
      { state: 'failed', round: 1, round_state: 'retrying', round_next_at: new Date(firstScheduledAtMs + 9) },
    ]);
    await database.project(deliveryRecord({ round: 1, attemptNumber: 2 }));
    await database.project(factRecord(attempted({ round: 1, attemptNumber: 2 })));
    expect(await database.rows('delivery')).toMatchObject([
      { state: 'succeeded', round: 1, round_state: 'succeeded', round_next_at: null, best_rank: 3, best_total_ms: 12 },
    ]);
    expect(await database.sums('webhook_minute')).toMatchObject({ requests: 1, succeeded: 1, attempts: 3 });
  });
});

describe('an event that was published again', () => {
  const again = firstScheduledAtMs + 26 * 3_600_000;

  it('is the same delivery, in the minute of its first scheduling', async () => {
    await database.project(deliveryRecord(), factRecord(attempted()));
    await database.project(
      deliveryRecord({ firstScheduledAtMs: again }),
      factRecord(attempted({ firstScheduledAtMs: again, atMs: again })),
    );
    expect(await database.rows('delivery')).toMatchObject([
      { first_scheduled_at: new Date(firstScheduledAtMs), state: 'succeeded' },
    ]);
    expect(await database.rows('attempt')).toHaveLength(1);
    expect(await database.sums('webhook_hour')).toMatchObject({ requests: 1, succeeded: 1, attempts: 1 });
  });

  it('moves to the earlier minute with all it counts, when the later copy was read first', async () => {
    const first = attempted({ ...failed, outcome: 'retrying', nextAttemptAtMs: again, firstScheduledAtMs: again });
    await database.project(deliveryRecord({ firstScheduledAtMs: again }), factRecord(first));
    await database.project(factRecord(deferred({ attemptNumber: 2, firstScheduledAtMs: again })));
    await database.project(deliveryRecord(), factRecord(attempted({ attemptNumber: 2, deferrals: 1 })));
    expect(await database.rows('delivery_place')).toMatchObject([{ first_scheduled_at: new Date(firstScheduledAtMs) }]);
    expect(await database.rows('delivery')).toMatchObject([
      { first_scheduled_at: new Date(firstScheduledAtMs), state: 'succeeded', last_attempt: 2 },
    ]);
    const attempts = await database.rows('attempt');
    expect(attempts.map((row) => row['first_scheduled_at'])).toEqual(attempts.map(() => new Date(firstScheduledAtMs)));
    expect(attempts).toHaveLength(3);
    const minutes = await database.rows('webhook_minute', 'start_at');
    expect(minutes).toMatchObject([
      { requests: 1, succeeded: 1, error_http_status: 1 },
      { requests: 0, succeeded: 0, retrying: 0, waiting: 0, has_open: false },
    ]);
    expect(await database.sums('tenant_hour')).toEqual({
      requests: 2,
      succeeded: 2,
      attempts: 4,
      error_http_status: 2,
    });
  });
});

describe('counts', () => {
  it('hold error classes, what expired or was given up, and what is open', async () => {
    await database.project(
      factRecord(attempted({ ...failed, outcome: 'retrying', nextAttemptAtMs: 1 })),
      factRecord(attempted({ attemptNumber: 2, outcome: 'retrying', errorClass: 'timeout', nextAttemptAtMs: 1 })),
    );
    expect(await database.rows('webhook_hour')).toMatchObject([
      { requests: 1, retrying: 1, has_open: true, error_http_status: 1, error_timeout: 1, error_dns: null },
    ]);
    await database.project(factRecord(skipped({ attemptNumber: 3 })));
    expect(await database.rows('webhook_hour')).toMatchObject([
      { requests: 1, failed: 1, abandoned: 1, expired: 0, retrying: 0, has_open: false },
    ]);
  });

  it('are added up for each tenant and for all', async () => {
    await database.project(
      factRecord(attempted()),
      factRecord(attempted({ tenantId: 'acme', webhookId: 'webhook2', deliveryId: deliveryIdOf('webhook2', 'e2') })),
    );
    expect(await database.rows('tenant_minute', 'tenant_id')).toMatchObject([
      { tenant_id: '', requests: 2 },
      { tenant_id: 'acme', requests: 1 },
      { tenant_id: 'default', requests: 1 },
    ]);
  });
});

describe('breakers', () => {
  it('are kept as they are now, whatever the order of their changes, and every change beside', async () => {
    const at = (atMs: number, change: Partial<BreakerChanged>) => factRecord(breakerChanged({ atMs, ...change }));
    const closed = at(firstScheduledAtMs + 60_000, { state: 'closed', reason: 'a probe succeeded' });
    const opened = at(firstScheduledAtMs, {
      openSinceMs: firstScheduledAtMs,
      nextProbeAtMs: firstScheduledAtMs + 30_000,
    });
    await database.project(closed);
    await database.project(opened, opened);
    expect(await database.rows('webhook_breaker')).toMatchObject([{ state: 'closed', reason: 'a probe succeeded' }]);
    expect(await database.rows('breaker_change', 'at')).toMatchObject([{ state: 'open' }, { state: 'closed' }]);
    const latest = firstScheduledAtMs + 90_000;
    await database.project(at(latest, { openSinceMs: latest, nextProbeAtMs: latest + 30_000 }));
    expect(await database.rows('webhook_breaker')).toMatchObject([
      { state: 'open', open_since: new Date(latest), next_probe_at: new Date(latest + 30_000) },
    ]);
  });
});

describe('counts that two partitions change', () => {
  it('hold an attempt once when two transactions at once count twins of it', async () => {
    const first = attempted({ ...failed, outcome: 'retrying', nextAttemptAtMs: firstScheduledAtMs + 9 });
    const twin = (atMs: number, totalMs: number) => factRecord({ ...first, atMs, timings: { totalMs } });
    await database.project(deliveryRecord(), factRecord(first), factRecord(attempted({ attemptNumber: 2 })));
    let tries = 0;
    await database.projectFrom(0, [twin(first.atMs + 1, 100)], async () => {
      if (tries++ === 0) await database.projectFrom(1, [twin(first.atMs + 2, 1_000)]);
    });
    expect(tries).toBe(2);
    const [minute = {}] = await database.rows('webhook_minute');
    const latency = Object.entries(minute).filter(
      ([name, count]) => /^l\d+$/.test(name) && count !== null && count !== 0,
    );
    expect(latency).toEqual([
      ['l11', 1],
      ['l30', 1],
    ]);
  });
});
