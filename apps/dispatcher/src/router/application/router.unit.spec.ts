import { describe, expect, it } from '@jest/globals';
import type { Delivery } from '@signalbox/contracts';
import { decodeDelivery, encodeDelivery } from '@signalbox/contracts';
import type { Appended, LogConsumer, LogProducer, LogRecord, OutgoingRecord, TopicPartition } from '@signalbox/kafka';
import { KnownTail } from '@signalbox/positions';
import { anEvent } from '@signalbox/testing';
import { aWebhookState } from '../../testing/dispatcher-fixtures.ts';
import { Router } from './router.ts';

const of = { topic: 'auth-events', partition: 0 };
const other = { topic: 'auth-events', partition: 1 };
const event = (offset: number, partition = 0): LogRecord => ({
  ...of,
  partition,
  offset,
  timestampMs: 1_000,
  key: null,
  value: anEvent(),
  headers: {},
});

const named = (partitions: readonly TopicPartition[]): string => partitions.map(({ partition }) => partition).join();

/** A router whose producer acknowledges when told to, and has room for `room.records` that are not acknowledged. */
async function startRouter(webhooks = 1, held = [of], made: readonly LogRecord[] = []) {
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
    pause: (partitions: readonly TopicPartition[]) => flow.push(`paused ${named(partitions)}`),
    resume: (partitions: readonly TopicPartition[]) => flow.push(`resumed ${named(partitions)}`),
  };
  const reader = {
    read: async (_from: unknown, onRecord: (record: LogRecord) => void) => {
      made.forEach(onRecord);
      return Promise.resolve([]);
    },
  };
  const tail = new KnownTail({ reader, topic: 'deliveries', partitions: 1 });
  const router = new Router({
    rules: {
      maxEventBytes: 10_000,
      isKnownEvent: () => true,
      subscribers: () => Array.from({ length: webhooks }, () => aWebhookState({ url: 'http://127.0.0.1/' })),
      randomDigits: () => '0'.repeat(48),
      sampledShare: 1,
    },
    producer: producer as unknown as LogProducer,
    tail,
    topics: { deliveries: 'deliveries', deadLetters: 'dead-letters' },
    now: () => 1_000,
    observer: { onRouted: () => {}, onDeadLetter: () => {} },
  });
  router.attach(consumer as unknown as LogConsumer);
  router.onJoin({ assigned: held, lost: [], isContinuous: true });
  const start = { committedOffset: 0, committedMetadata: '', logStart: 0, logEnd: 2 };
  const assigned = held.map((partition) => ({ ...partition, ...start }));
  await router.locate(assigned, new AbortController().signal);
  const giveOf = (partition: number, ...offsets: number[]): void =>
    router.onBatch({
      topic: of.topic,
      partition,
      position: offsets[0] ?? 0,
      records: offsets.map((offset) => event(offset, partition)),
      nextPosition: (offsets.at(-1) ?? 0) + 1,
    });
  const give = (...offsets: number[]): void => giveOf(0, ...offsets);
  return { router, appended, tail, heartbeat, sought, flow, room, give, giveOf };
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

  it('makes no delivery twice that it finds made, but takes none of an earlier topic of this name for it', async () => {
    const { appended, give } = await startRouter();
    give(0);
    const { key, value, headers } = appended[0]?.record ?? {};
    const found = { ...event(0), topic: 'deliveries', key: Buffer.from(String(key)), value, headers } as LogRecord;
    const again = await startRouter(1, [of], [found]);
    again.give(0);
    expect(again.appended).toEqual([]);
    // What lay at this offset was another event, also where both are called by their place.
    const delivery = decodeDelivery(found.headers) as Delivery;
    const earlier = { ...delivery, firstScheduledAtMs: delivery.firstScheduledAtMs - 86_400_000 };
    const anew = await startRouter(1, [of], [{ ...found, headers: encodeDelivery(earlier) }]);
    anew.give(0);
    expect(anew.appended).toHaveLength(1);
    anew.appended[0]?.acknowledge({ partition: 0, offset: 7 });
    expect(anew.router.toCommit()).toMatchObject([{ offset: 1 }]);
  });

  it('does not keep what lies beyond its log: the topic was made anew', async () => {
    const { appended, give } = await startRouter();
    give(0);
    const { headers } = appended[0]?.record ?? {};
    const delivery = decodeDelivery(headers as LogRecord['headers']) as Delivery;
    const beyond = { ...delivery, sourceOffset: 2 };
    const found = { ...event(0), topic: 'deliveries', headers: encodeDelivery(beyond) } as LogRecord;
    const anew = await startRouter(1, [of], [found]);
    // Else this, the beginning of all deliveries, would be committed until the log is longer than it ever was.
    anew.tail.note(0, 5);
    anew.give(0);
    expect(anew.router.toCommit()).toEqual([{ ...of, offset: 0, metadata: '5' }]);
  });

  it('takes nothing while its group has not answered for long, and asks for the same when it has', async () => {
    const { router, appended, heartbeat, sought, flow, give } = await startRouter();
    heartbeat.ageMs = 4_501;
    give(0, 1);
    expect(appended).toEqual([]);
    expect(sought).toEqual([0]);
    router.tick();
    expect(flow).toEqual(['paused 0']);
    heartbeat.ageMs = 0;
    router.tick();
    expect(flow).toEqual(['paused 0', 'resumed 0']);
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
    expect(flow).toEqual(['paused 0']);
    router.tick();
    expect(appended).toHaveLength(4);
    room.records = 8;
    room.onDrained();
    expect(appended).toHaveLength(8);
    expect(flow).toEqual(['paused 0']);
    room.records = Infinity;
    room.onDrained();
    expect(appended).toHaveLength(10);
    expect(flow).toEqual(['paused 0', 'resumed 0']);
    for (const { acknowledge } of appended.slice(1)) acknowledge({ partition: 0, offset: 7 });
    expect(router.toCommit()).toEqual([]);
    appended[0]?.acknowledge({ partition: 0, offset: 7 });
    expect(router.toCommit()).toMatchObject([{ offset: 1 }]);
  });

  it('routes what comes in other partitions while the deliveries of one event are made', async () => {
    const { appended, flow, give, giveOf } = await startRouter(1_500, [of, other]);
    give(0);
    expect(appended).toHaveLength(1_000);
    giveOf(1, 0);
    expect(appended).toHaveLength(2_000);
    expect(flow).toEqual(['paused 0', 'paused 1']);
    // Each goes on as its own are acknowledged.
    for (const { acknowledge } of appended.slice(1_000, 1_501)) acknowledge({ partition: 0, offset: 7 });
    expect(appended).toHaveLength(2_500);
    expect(flow).toEqual(['paused 0', 'paused 1', 'resumed 1']);
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
