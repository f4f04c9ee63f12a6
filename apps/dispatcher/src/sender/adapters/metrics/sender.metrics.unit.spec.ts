import { describe, expect, it } from '@jest/globals';
import type { BreakerChanged, Deferred, Fact, Skipped } from '@signalbox/contracts';
import { DEFERRAL_REASONS, ERROR_CLASSES } from '@signalbox/contracts';
import { Registry } from '@signalbox/observability';
import { aDelivery, anAttempt } from '../../../testing/dispatcher-fixtures.ts';
import { samplesOf } from '../../../testing/metric-samples.ts';
import { recordingLogger } from '../../../testing/recording-logger.ts';
import type { SenderParts } from '../../testing/started-sender.ts';
import { answered, deliveryAt, PARTITION, startSender, TIMEOUT, WEBHOOK } from '../../testing/started-sender.ts';
import { senderGauges, senderMetrics } from './sender.metrics.ts';

function measured() {
  const registry = new Registry();
  return { registry, observer: senderMetrics(registry, recordingLogger().logger) };
}

/** A sender with its metrics, and what a scrape tells of it. */
async function startMeasured(parts: SenderParts = {}) {
  const { registry, observer } = measured();
  const started = await startSender({}, [], { ...parts, observer });
  senderGauges(registry, started.sender);
  return { ...started, told: async () => samplesOf(registry) };
}

describe('the durations of attempts', () => {
  it('are told as a whole and by the steps that they needed, in seconds', async () => {
    const { registry, observer } = measured();
    observer.onAttempt({ dnsMs: 250, connectMs: 500, tlsMs: 125, firstByteMs: 1_000, totalMs: 2_000 });
    // Over a kept connection.
    observer.onAttempt({ firstByteMs: 500, totalMs: 1_000 });
    observer.onAttempt({ dnsMs: 4_000, totalMs: 4_000 });
    const samples = await samplesOf(registry);
    const ofStep = (step: string): readonly unknown[] =>
      ['count', 'sum'].map((of) => samples[`attempt_step_duration_seconds_${of}{step="${step}"}`]);
    expect({
      whole: [samples['attempt_duration_seconds_count'], samples['attempt_duration_seconds_sum']],
      dns: ofStep('dns'),
      connect: ofStep('connect'),
      tls: ofStep('tls'),
      firstByte: ofStep('first_byte'),
    }).toEqual({ whole: [3, 7], dns: [2, 4.25], connect: [1, 0.5], tls: [1, 0.125], firstByte: [2, 1.5] });
  });

  it('are told of what the sender has posted', async () => {
    const { posts, giveMany, told } = await startMeasured();
    giveMany(0, 2);
    posts[0]?.end(answered(200, { timings: { connectMs: 250, totalMs: 500 } }));
    posts[1]?.end({ ...TIMEOUT, timings: { totalMs: 1_000 } });
    expect(await told()).toMatchObject({
      attempt_duration_seconds_count: 2,
      attempt_duration_seconds_sum: 1.5,
      'attempt_step_duration_seconds_sum{step="connect"}': 0.25,
    });
  });
});

describe('the facts of deliveries', () => {
  const attempt = anAttempt(WEBHOOK.id, aDelivery(WEBHOOK.id, 'e'), 0);
  const deferred: Deferred = { ...attempt, kind: 'deferred', reason: 'queue full', dueAtMs: 0 };
  const skipped: Skipped = { ...attempt, kind: 'skipped', reason: 'webhook disabled' };
  const changed: BreakerChanged = { ...attempt, kind: 'breaker-changed', state: 'open', reason: '5 timeouts' };
  const cases: readonly (readonly [detail: string, fact: Fact])[] = [
    ['succeeded', attempt],
    ...ERROR_CLASSES.map((errorClass) => [errorClass, { ...attempt, outcome: 'retrying', errorClass }] as const),
    ...DEFERRAL_REASONS.map((reason) => [reason, { ...deferred, reason }] as const),
    ['webhook disabled', skipped],
    ['webhook deleted', { ...skipped, reason: 'webhook deleted' }],
    ['too old', { ...attempt, kind: 'expired', maxAgeMs: 1 }],
    ...(['open', 'half-open', 'closed'] as const).map((state) => [state, { ...changed, state }] as const),
  ];

  it('are counted by kind, and by outcome or reason', async () => {
    const { registry, observer } = measured();
    for (const [, fact] of cases) observer.onFact(fact);
    observer.onFact(attempt);
    const samples = Object.entries(await samplesOf(registry)).filter(([name]) => name.startsWith('delivery_facts'));
    const sample = (kind: Fact['kind'], detail: string): string =>
      `delivery_facts_total{kind="${kind}",detail="${detail}"}`;
    const counted = cases.map(([detail, { kind }]) => [sample(kind, detail), 1] as const);
    expect(Object.fromEntries(samples)).toEqual({
      ...Object.fromEntries(counted),
      [sample('attempted', 'succeeded')]: 2,
    });
  });
});

describe('what the sender could not send', () => {
  it('is counted where it is no delivery', async () => {
    const { give, told } = await startMeasured();
    expect(await told()).toMatchObject({ sender_dead_letters_total: 0 });
    give({ ...deliveryAt(0), headers: {} }, { ...deliveryAt(1), value: null }, deliveryAt(2));
    expect(await told()).toMatchObject({ sender_dead_letters_total: 2, in_flight_deliveries: 1 });
  });

  it("is counted where its webhook's configuration did not come in time", async () => {
    const { sender, clock, give, told } = await startMeasured();
    give(deliveryAt(0, { webhookVersion: 2 }));
    clock.nowMs += 5_000;
    sender.tick();
    expect(await told()).toMatchObject({ configuration_behind_total: 0, queued_deliveries: 1 });
    clock.nowMs += 250;
    sender.tick();
    expect(await told()).toMatchObject({
      configuration_behind_total: 1,
      queued_deliveries: 0,
      'delivery_facts_total{kind="deferred",detail="configuration behind"}': 1,
    });
  });
});

describe('what is under way', () => {
  it('is told as posted or queued', async () => {
    const { posts, giveMany, told } = await startMeasured();
    giveMany(0, 6);
    expect(await told()).toMatchObject({ in_flight_deliveries: 4, queued_deliveries: 2 });
    for (const { end } of posts.slice(0, 4)) end(answered(200));
    expect(await told()).toMatchObject({ in_flight_deliveries: 2, queued_deliveries: 0 });
  });

  it('are verdicts of receivers until config-service has answered', async () => {
    const asked = Promise.withResolvers<number>();
    const { sender, posts, give, acknowledge, told } = await startMeasured({
      disabler: { disableByReceiver: async () => asked.promise },
    });
    give(deliveryAt(0));
    expect(await told()).toMatchObject({ unanswered_receiver_verdicts: 0 });
    posts[0]?.end(answered(410));
    expect(await told()).toMatchObject({ unanswered_receiver_verdicts: 1 });
    acknowledge();
    sender.tick();
    expect(await told()).toMatchObject({ unanswered_receiver_verdicts: 1 });
    asked.resolve(2);
    await new Promise(setImmediate);
    expect(await told()).toMatchObject({ unanswered_receiver_verdicts: 0 });
  });
});

describe('the breakers', () => {
  /** A sender whose breaker is open, at the time of its next probe. */
  async function startOpen() {
    const { sender, posts, facts, clock, giveMany, give, told } = await startMeasured();
    expect(await told()).toMatchObject({ open_breakers: 0, half_open_breakers: 0 });
    giveMany(0, 5);
    for (let index = 0; index < 5; index++) posts[index]?.end({ ...TIMEOUT, errorClass: 'connect' });
    expect(await told()).toMatchObject({ open_breakers: 1, half_open_breakers: 0 });
    const opened = facts.find(({ kind }) => kind === 'breaker-changed');
    clock.nowMs = opened?.kind === 'breaker-changed' ? (opened.nextProbeAtMs ?? 0) : 0;
    give(deliveryAt(5));
    expect(await told()).toMatchObject({ open_breakers: 0, half_open_breakers: 1 });
    return { sender, probe: posts[5], told };
  }

  it.each([
    ['closed, when their probe is answered', answered(200), 0],
    ['open again, when it is not', TIMEOUT, 1],
  ] as const)('are told as open, as half-open while their probe is under way, and as %s', async (_, outcome, open) => {
    const { probe, told } = await startOpen();
    probe?.end(outcome);
    expect(await told()).toMatchObject({ open_breakers: open, half_open_breakers: 0 });
  });

  it('are not told any more of partitions that went away, whatever their state', async () => {
    const { sender, told } = await startOpen();
    sender.onJoin({ assigned: [], lost: [PARTITION], isContinuous: true });
    expect(await told()).toMatchObject({ open_breakers: 0, half_open_breakers: 0 });
  });
});
