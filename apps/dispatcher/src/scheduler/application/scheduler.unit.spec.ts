import { describe, expect, it } from '@jest/globals';
import { encodeDelivery } from '@signalbox/contracts';
import { deliveryIdOf } from '@signalbox/domain';
import { RETRY, SCHEDULER_TOPICS, schedulerAt, waiting } from '../testing/started-scheduler.ts';

describe('the scheduler', () => {
  it('gives one of two twins back, and counts both as done', async () => {
    const { scheduler, appended, give } = await schedulerAt(2_000);
    give(waiting(0), waiting(1));
    expect(appended).toHaveLength(1);
    appended[0]?.acknowledge({ partition: 0, offset: 7 });
    expect(scheduler.toCommit()).toMatchObject([{ offset: 2 }]);
  });

  it('moves nothing again that a predecessor moved, however long ago that was killed', async () => {
    const nowMs = 1_800_000_000_000;
    const movedAtMs = nowMs - 8 * 3_600_000;
    const before = { ...RETRY, deliveryId: deliveryIdOf('w', 'before') };
    const waited = { dueAtMs: 1_000, reason: 'retry' };
    const moved = [
      { ...waiting(0), headers: encodeDelivery(before, waited), timestampMs: movedAtMs - 100_000 },
      { ...waiting(1), headers: encodeDelivery(RETRY, waited), timestampMs: movedAtMs },
      // As the router made it.
      { ...waiting(2), headers: encodeDelivery({ ...before, attemptNumber: 1 }), timestampMs: nowMs - 1_000 },
    ].map((record) => ({ ...record, topic: SCHEDULER_TOPICS.deliveries }));
    const { scheduler, appended, give } = await schedulerAt(nowMs, moved);
    give({ ...waiting(0), headers: encodeDelivery(before, waited) }, waiting(1));
    expect(appended).toHaveLength(0);
    expect(scheduler.toCommit()).toMatchObject([{ offset: 2 }]);
  });

  it('moves nothing while its group has not answered for long, and goes on when it has', async () => {
    const { scheduler, appended, give, heartbeat, flow } = await schedulerAt(2_000);
    heartbeat.ageMs = 4_501;
    give(waiting(0));
    scheduler.tick();
    expect(appended).toHaveLength(0);
    expect(flow).toEqual(['paused', 'sought 0']);
    heartbeat.ageMs = 0;
    scheduler.tick();
    expect(flow).toEqual(['paused', 'sought 0', 'resumed']);
    give(waiting(0));
    heartbeat.ageMs = 4_501;
    expect(appended).toHaveLength(1);
  });

  it('does not commit a record as the twin of an append that is not acknowledged, whatever it lost meanwhile', async () => {
    const { scheduler, appended, join, give } = await schedulerAt(2_000);
    give(waiting(0));
    await join(false);
    give(waiting(0));
    expect(appended).toHaveLength(1);
    expect(scheduler.toCommit().every(({ offset }) => offset === 0)).toBe(true);
    appended[0]?.acknowledge({ partition: 0, offset: 7 });
    expect(scheduler.toCommit()).toMatchObject([{ offset: 1 }]);
  });
});
