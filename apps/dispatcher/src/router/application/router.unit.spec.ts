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

/** A router whose producer acknowledges when told to, and has room for `room.records` that are not acknowledged. */
async function startRouter(webhooks = 1) {
  const appended: { record: OutgoingRecord; acknowledge: (appended: Appended) => void }[] = [];
  const room = { records: Infinity, onDrained: () => {} };
  const producer = {
    append: (record: OutgoingRecord, acknowledge: (appended: Appended) => void) =>
      appended.push({ record, acknowledge }),
    isSaturated: () => appended.length >= room.records,
    onDrained: (listener: () => void) => (room.onDrained = listener),
  };
  const heartbeat = { ageMs: 0 };
  const sought: number[] = [];
  const flow: string[] = [];
  const consumer = {
    msSinceHeartbeat: () => heartbeat.ageMs,
    seek: ({ offset }: { offset: number }) => sought.push(offset),
    pause: () => flow.push('paused'),
    resume: () => flow.push('resumed'),
  };
  const tail = new KnownTail({ reader: { read: async () => Promise.resolve([]) }, topic: 'deliveries', partitions: 1 });
  const router = new Router({
    rules: {
      maxEventBytes: 10_000,
      isKnownEvent: () => true,
      subscribers: () => Array.from({ length: webhooks }, () => aWebhookState({ url: 'http://127.0.0.1/' })),
      randomDigits: () => '0'.repeat(48),
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
  return { router, appended, tail, heartbeat, sought, flow, room, give };
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

  it('makes no more deliveries of one event than there is room for, and commits it when all are acknowledged', async () => {
    const { router, appended, sought, flow, room, give } = await startRouter(10);
    room.records = 4;
    give(0, 1);
    expect(appended).toHaveLength(4);
    // The second event is asked for again, behind the first.
    expect(sought).toEqual([1]);
    expect(flow).toEqual(['paused']);
    router.tick();
    expect(appended).toHaveLength(4);
    room.records = 8;
    room.onDrained();
    expect(appended).toHaveLength(8);
    expect(flow).toEqual(['paused']);
    room.records = Infinity;
    room.onDrained();
    expect(appended).toHaveLength(10);
    expect(flow).toEqual(['paused', 'resumed']);
    for (const { acknowledge } of appended.slice(1)) acknowledge({ partition: 0, offset: 7 });
    expect(router.toCommit()).toEqual([]);
    appended[0]?.acknowledge({ partition: 0, offset: 7 });
    expect(router.toCommit()).toMatchObject([{ offset: 1 }]);
  });

  it('makes no further delivery of an event whose partition went away, or when it is to end', async () => {
    const lost = await startRouter(10);
    lost.room.records = 4;
    lost.give(0);
    lost.router.onJoin({ assigned: [], lost: [of], isContinuous: true });
    lost.room.records = Infinity;
    lost.room.onDrained();
    expect(lost.appended).toHaveLength(4);
    const ending = await startRouter(10);
    ending.room.records = 4;
    ending.give(0);
    await ending.router.drain();
    ending.room.records = Infinity;
    ending.room.onDrained();
    expect(ending.appended).toHaveLength(4);
  });
});
