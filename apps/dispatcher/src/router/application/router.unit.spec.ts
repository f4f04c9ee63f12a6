import { describe, expect, it } from '@jest/globals';
import type { Appended, LogConsumer, LogProducer, LogRecord, OutgoingRecord } from '@signalbox/kafka';
import { KnownTail } from '@signalbox/positions';
import { anEvent } from '@signalbox/testing';
import { aWebhookState } from '../../testing/dispatcher-fixtures.ts';
import { Router } from './router.ts';

const of = { topic: 'auth-events', partition: 0 };
const event = (offset: number): LogRecord => ({
  ...of,
  offset,
  timestampMs: 1_000,
  key: null,
  value: anEvent(),
  headers: {},
});

/** A router of one webhook whose producer acknowledges when told to. */
async function startRouter() {
  const appended: { record: OutgoingRecord; acknowledge: (appended: Appended) => void }[] = [];
  const producer = {
    append: (record: OutgoingRecord, acknowledge: (appended: Appended) => void) =>
      appended.push({ record, acknowledge }),
    isSaturated: () => false,
    onDrained: () => {},
  };
  const heartbeat = { ageMs: 0 };
  const sought: number[] = [];
  const consumer = {
    msSinceHeartbeat: () => heartbeat.ageMs,
    seek: ({ offset }: { offset: number }) => sought.push(offset),
  };
  const tail = new KnownTail({ reader: { read: async () => Promise.resolve([]) }, topic: 'deliveries', partitions: 1 });
  const router = new Router({
    rules: {
      maxEventBytes: 10_000,
      isKnownEvent: () => true,
      subscribers: () => [aWebhookState({ url: 'http://127.0.0.1/' })],
      randomUuids: () => '0'.repeat(64),
    },
    producer: producer as unknown as LogProducer,
    tail,
    topics: { deliveries: 'deliveries', deadLetters: 'dead-letters' },
    now: () => 1_000,
    observer: { onRouted: () => {}, onDeadLetter: () => {} },
  });
  router.attach(consumer as unknown as LogConsumer);
  router.onJoin({ assigned: [of], lost: [], isContinuous: true });
  const assigned = { ...of, committedOffset: 0, committedMetadata: '', logStart: 0, logEnd: 2 };
  await router.locate([assigned], new AbortController().signal);
  const give = (...offsets: number[]): void =>
    router.onBatch({ ...of, position: offsets[0] ?? 0, records: offsets.map(event), nextPosition: offsets.length });
  return { router, appended, tail, heartbeat, sought, give };
}

describe('the router', () => {
  it('commits with an offset how far deliveries reached when the lowest incomplete event came', async () => {
    const { router, appended, tail, give } = await startRouter();
    tail.note(0, 5);
    give(0, 1);
    // Whoever takes over now must find what was made of the second event.
    appended[1]?.acknowledge({ partition: 0, offset: 7 });
    expect(router.toCommit()).toEqual([{ ...of, offset: 0, metadata: '5' }]);
    appended[0]?.acknowledge({ partition: 0, offset: 8 });
    expect(router.toCommit()).toEqual([{ ...of, offset: 2, metadata: '9' }]);
  });

  it('takes nothing while its group has not answered for long, and asks for the same again', async () => {
    const { appended, heartbeat, sought, give } = await startRouter();
    heartbeat.ageMs = 4_501;
    give(0, 1);
    expect(appended).toEqual([]);
    expect(sought).toEqual([0]);
    heartbeat.ageMs = 0;
    give(0, 1);
    expect(appended).toHaveLength(2);
  });

  it('holds what it has queued for void once the partition went away', async () => {
    const { router, appended, give } = await startRouter();
    give(0);
    expect(appended[0]?.record.isVoid?.()).toBe(false);
    router.onJoin({ assigned: [], lost: [of], isContinuous: true });
    expect(appended[0]?.record.isVoid?.()).toBe(true);
  });
});
