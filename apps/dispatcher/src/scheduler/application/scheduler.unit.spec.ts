import { describe, expect, it } from '@jest/globals';
import type { Delivery } from '@signalbox/contracts';
import { encodeDelivery, topicNames } from '@signalbox/contracts';
import { deliveryIdOf } from '@signalbox/domain';
import type {
  Appended,
  LogConsumer,
  LogProducer,
  LogRecord,
  OutgoingRecord,
  PartitionPosition,
} from '@signalbox/kafka';
import { KnownTail } from '@signalbox/positions';
import { Scheduler } from './scheduler.ts';

const topics = topicNames({ prefix: '', authEvents: ['auth-events'] });
const tier = topics.retries[0] ?? '';
const of = { topic: tier, partition: 0 };
const delivery: Delivery = {
  deliveryId: deliveryIdOf('w', 'e'),
  tenantId: 'default',
  eventId: 'e',
  eventType: 'User.Created',
  round: 0,
  attemptNumber: 2,
  deferrals: 0,
  firstScheduledAtMs: 0,
  roundStartedAtMs: 0,
  webhookEpoch: 1,
  webhookVersion: 1,
  sourceTopic: 'auth-events',
  sourcePartition: 0,
  sourceOffset: 0,
};
const waiting = (offset: number): LogRecord => ({
  ...of,
  offset,
  timestampMs: 1_000,
  key: Buffer.from('w'),
  value: Buffer.from('{}'),
  headers: encodeDelivery(delivery, { dueAtMs: 1_000, reason: 'retry' }),
});

/** A scheduler whose producer acknowledges when told to. `moved`: what it finds in `deliveries`. */
async function schedulerAt(nowMs: number, moved: readonly LogRecord[] = []) {
  const appended: { record: OutgoingRecord; acknowledge: (appended: Appended) => void }[] = [];
  const producer = {
    append: (record: OutgoingRecord, acknowledge: (appended: Appended) => void) =>
      appended.push({ record, acknowledge }),
    isSaturated: () => false,
  };
  const heartbeat = { ageMs: 0 };
  const flow: string[] = [];
  const consumer = {
    msSinceHeartbeat: () => heartbeat.ageMs,
    pause: () => flow.push('paused'),
    resume: () => flow.push('resumed'),
    seek: ({ offset }: PartitionPosition) => flow.push(`sought ${offset}`),
  };
  const reader = {
    read: async (_from: unknown, onRecord: (record: LogRecord) => void) => {
      for (const record of moved) onRecord(record);
      return Promise.resolve([]);
    },
  };
  const observer = { onDelivered: () => {}, onHopped: () => {}, onTwin: () => {}, onDeadLetter: () => {} };
  const scheduler = new Scheduler({
    producer: producer as unknown as LogProducer,
    tail: new KnownTail({ reader, topic: topics.deliveries, partitions: 1 }),
    topics,
    maxHeld: 10,
    maxHeldBytes: 1_000,
    now: () => nowMs,
    observer,
  });
  scheduler.attach(consumer as unknown as LogConsumer);
  const join = async (isContinuous: boolean): Promise<void> => {
    scheduler.onJoin({ assigned: [of], lost: [], isContinuous });
    const assigned = { ...of, committedOffset: 0, committedMetadata: '', logStart: 0, logEnd: 2 };
    await scheduler.locate([assigned], new AbortController().signal);
  };
  const give = (...records: LogRecord[]): void =>
    scheduler.onBatch({
      ...of,
      position: records[0]?.offset ?? 0,
      records,
      nextPosition: (records.at(-1)?.offset ?? 0) + 1,
    });
  await join(true);
  return { scheduler, appended, join, give, heartbeat, flow };
}

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
    const before = { ...delivery, deliveryId: deliveryIdOf('w', 'before') };
    const waited = { dueAtMs: 1_000, reason: 'retry' };
    const moved = [
      { ...waiting(0), headers: encodeDelivery(before, waited), timestampMs: movedAtMs - 100_000 },
      { ...waiting(1), headers: encodeDelivery(delivery, waited), timestampMs: movedAtMs },
      // As the router made it.
      { ...waiting(2), headers: encodeDelivery({ ...before, attemptNumber: 1 }), timestampMs: nowMs - 1_000 },
    ].map((record) => ({ ...record, topic: topics.deliveries }));
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
