import { encodeDelivery, topicNames } from '@signalbox/contracts';
import type {
  Appended,
  LogConsumer,
  LogProducer,
  LogRecord,
  OutgoingRecord,
  PartitionPosition,
} from '@signalbox/kafka';
import { KnownTail } from '@signalbox/positions';
import { aDelivery } from '../../testing/dispatcher-fixtures.ts';
import type { SchedulerObserver } from '../application/scheduler.ts';
import { Scheduler } from '../application/scheduler.ts';

/** The topics of {@link schedulerAt}. */
export const SCHEDULER_TOPICS = topicNames({ prefix: '', authEvents: ['auth-events'] });
const tier = SCHEDULER_TOPICS.retries[0] ?? '';
const of = { topic: tier, partition: 0 };
/** The retry that waits. */
export const RETRY = aDelivery('w', 'e', { attemptNumber: 2, firstScheduledAtMs: 0 });
/** Its record in the first tier, due at 1,000 as `dueAtMs` does not say otherwise. */
export const waiting = (offset: number, dueAtMs = 1_000): LogRecord => ({
  ...of,
  offset,
  timestampMs: 1_000,
  key: Buffer.from('w'),
  value: Buffer.from('{}'),
  headers: encodeDelivery(RETRY, { dueAtMs, reason: 'retry' }),
});

const SILENT_OBSERVER: SchedulerObserver = {
  onDelivered: () => {},
  onHopped: () => {},
  onTwin: () => {},
  onDeadLetter: () => {},
};

/** A scheduler whose producer acknowledges when told to. `moved`: what it finds in `deliveries`. */
export async function schedulerAt(nowMs: number, moved: readonly LogRecord[] = [], observer = SILENT_OBSERVER) {
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
  const scheduler = new Scheduler({
    producer: producer as unknown as LogProducer,
    tail: new KnownTail({ reader, topic: SCHEDULER_TOPICS.deliveries, partitions: 1 }),
    topics: SCHEDULER_TOPICS,
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
