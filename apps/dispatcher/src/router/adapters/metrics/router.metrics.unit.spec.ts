import { describe, expect, it } from '@jest/globals';
import type { Appended, LogConsumer, LogProducer, LogRecord, OutgoingRecord } from '@signalbox/kafka';
import { Registry } from '@signalbox/observability';
import { KnownTail } from '@signalbox/positions';
import { aWebhookState } from '../../../testing/dispatcher-fixtures.ts';
import { samplesOf } from '../../../testing/metric-samples.ts';
import { recordingLogger } from '../../../testing/recording-logger.ts';
import { Router } from '../../application/router.ts';
import { routerMetrics } from './router.metrics.ts';

const PARTITION = { topic: 'auth-events', partition: 0 };

/**
 * A router of events that this many webhooks subscribe to, whose producer acknowledges when told to; with what a scrape tells
 * of it and what it has logged.
 */
async function startMeasured(webhooks: number) {
  const registry = new Registry();
  const { logger, lines } = recordingLogger();
  const acknowledgements: ((appended: Appended) => void)[] = [];
  const producer: Partial<LogProducer> = {
    append: (_record: OutgoingRecord, done) => acknowledgements.push(done ?? (() => {})),
    isSaturated: () => false,
    onDrained: () => {},
  };
  const consumer: Partial<LogConsumer> = { msSinceHeartbeat: () => 0 };
  const subscribers = Array.from({ length: webhooks }, () => aWebhookState({ url: 'http://127.0.0.1/' }));
  const router = new Router({
    rules: {
      maxEventBytes: 1_000,
      isKnownEvent: () => true,
      subscribers: () => subscribers,
      randomDigits: () => '0'.repeat(48),
      sampledShare: 1,
    },
    producer: producer as LogProducer,
    tail: new KnownTail({ reader: { read: async () => Promise.resolve([]) }, topic: 'deliveries', partitions: 1 }),
    topics: { deliveries: 'deliveries', deadLetters: 'dead-letters' },
    now: () => 1_000,
    observer: routerMetrics(registry, logger),
  });
  router.attach(consumer as LogConsumer);
  router.onJoin({ assigned: [PARTITION], lost: [], isContinuous: true });
  const start = { committedOffset: 0, committedMetadata: '', logStart: 0, logEnd: 9 };
  await router.locate([{ ...PARTITION, ...start }], new AbortController().signal);
  const give = (...values: readonly string[]): void => {
    const records = values.map((value, offset): LogRecord => {
      return { ...PARTITION, offset, timestampMs: 1_000, key: null, value: Buffer.from(value), headers: {} };
    });
    router.onBatch({ ...PARTITION, position: 0, records, nextPosition: records.length });
  };
  const acknowledge = (count: number): void => {
    for (const done of acknowledgements.splice(0, count)) done({ partition: 0, offset: 7 });
  };
  return { give, acknowledge, lines, told: async () => samplesOf(registry) };
}

const EVENT = '{"event":"User.Created"}';

describe('the metrics of the router', () => {
  it('count an event and its deliveries when all of them are in the log', async () => {
    const { give, acknowledge, told, lines } = await startMeasured(3);
    give(EVENT, EVENT);
    acknowledge(5);
    expect(await told()).toEqual({ events_routed_total: 1, deliveries_created_total: 3 });
    acknowledge(1);
    expect(await told()).toEqual({ events_routed_total: 2, deliveries_created_total: 6 });
    expect(lines).toEqual([]);
  });

  it('count an event that no webhook subscribes to', async () => {
    const { give, told } = await startMeasured(0);
    give(EVENT);
    expect(await told()).toEqual({ events_routed_total: 1, deliveries_created_total: 0 });
  });

  it('count by its reason what is put aside, and its log says where it lies and why, not what is in it', async () => {
    const { give, told, lines } = await startMeasured(1);
    give('{"event":"User.Created","password":s3cret}', JSON.stringify('s3cret'.repeat(500)), 's3cret');
    expect(await told()).toEqual({
      events_routed_total: 0,
      deliveries_created_total: 0,
      'router_dead_letters_total{reason="not-json"}': 2,
      'router_dead_letters_total{reason="too-large"}': 1,
    });
    const line = { service: 'dispatcher', level: 'warn', msg: 'event.put_aside' };
    const notJson = "value is not JSON (Unexpected token 's'); it must be one JSON object";
    const tooLarge = 'value has 3002 bytes; at most 1000 are allowed';
    expect(lines).toEqual([
      { ...line, reason: 'not-json', source: 'auth-events/0/0', why: notJson },
      { ...line, reason: 'too-large', source: 'auth-events/0/1', why: tooLarge },
      { ...line, reason: 'not-json', source: 'auth-events/0/2', why: notJson },
    ]);
  });
});
