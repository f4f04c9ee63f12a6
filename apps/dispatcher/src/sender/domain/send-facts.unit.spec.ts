import { describe, expect, it } from '@jest/globals';
import type { Delivery } from '@signalbox/contracts';
import { DEFAULT_RETRY_POLICY, deliveryIdOf } from '@signalbox/domain';
import type { AttemptOutcome } from './send-facts.ts';
import { attempted, deferred, expired, owedBy, skipped } from './send-facts.ts';
import type { SendTask } from './send-task.ts';

const delivery: Delivery = {
  deliveryId: deliveryIdOf('w', 'e'),
  tenantId: 'default',
  eventId: 'e',
  eventType: 'User.Created',
  round: 0,
  attemptNumber: 1,
  deferrals: 2,
  firstScheduledAtMs: 1,
  roundStartedAtMs: 2,
  webhookEpoch: 1,
  webhookVersion: 3,
  sourceTopic: 'auth-events',
  sourcePartition: 0,
  sourceOffset: 9,
};
const task: SendTask = {
  partition: 4,
  offset: 77,
  webhookId: 'w',
  delivery,
  body: Buffer.from('{}'),
  wasHeldBack: false,
  bytes: 2,
  queuedAtMs: 0,
  deferrals: 2,
};
const sentWith = { epoch: 1, version: 4, retryPolicy: DEFAULT_RETRY_POLICY };
const outcome = (more: Partial<AttemptOutcome>): AttemptOutcome => ({
  startedAtMs: 1_000,
  endedAtMs: 2_000,
  timings: { totalMs: 1_000 },
  ...more,
});

describe('facts of a delivery', () => {
  it('names the record it settles and says how the attempt went', () => {
    const fact = attempted(task, outcome({ statusCode: 200, answer: 'ok' }), sentWith);
    expect(fact).toMatchObject({
      kind: 'attempted',
      outcome: 'succeeded',
      deliveryOffset: 77,
      webhookVersion: 4,
      statusCode: 200,
      answer: 'ok',
    });
    expect(fact).not.toHaveProperty('errorClass');
    expect(fact).not.toHaveProperty('headerNames');
    expect(attempted(task, outcome({ statusCode: 200 }), sentWith, 'X-A, x-b').headerNames).toBe('X-A, x-b');
    expect(owedBy(fact, delivery)).toBeUndefined();
  });

  it('owes the next attempt at the same time for ever, with no deferral counted against it', () => {
    const fact = attempted(task, outcome({ statusCode: 500 }), sentWith);
    expect(fact).toMatchObject({ outcome: 'retrying', errorClass: 'http-status' });
    expect(fact.nextAttemptAtMs).toBe(attempted(task, outcome({ statusCode: 500 }), sentWith).nextAttemptAtMs);
    expect(owedBy(fact, delivery)).toMatchObject({
      delivery: { attemptNumber: 2, deferrals: 0, round: 0 },
      wait: { dueAtMs: fact.nextAttemptAtMs },
    });
  });

  it('does not count an answer that broke off as a success, whatever its status', () => {
    const fact = attempted(task, outcome({ statusCode: 200, errorClass: 'reset', error: 'reset' }), sentWith);
    expect(fact).toMatchObject({ outcome: 'retrying', errorClass: 'reset', statusCode: 200 });
  });

  it.each([
    [{ statusCode: 410 }, { verdict: 'disable-webhook', outcome: 'failed' }],
    [
      { statusCode: 200, webhookDelivery: 'Disable' },
      { verdict: 'disable-webhook', outcome: 'succeeded' },
    ],
    [
      { statusCode: 503, webhookDelivery: 'abort-message' },
      { verdict: 'abort-delivery', outcome: 'failed' },
    ],
  ])('records what the receiver asks for by %j', (answered, expected) => {
    expect(attempted(task, outcome(answered), sentWith)).toMatchObject(expected);
  });

  it('puts a delivery off at least 5 s, twice as late each time, without consuming an attempt', () => {
    const fact = deferred(task, 10_000, 'queue full', { turn: { expectedWaitMs: 100, kind: 'booked' } });
    expect(fact.dueAtMs - 10_000).toBeGreaterThanOrEqual(16_000);
    expect(fact.dueAtMs - 10_000).toBeLessThanOrEqual(24_000);
    expect(owedBy(fact, delivery)).toMatchObject({
      delivery: { attemptNumber: 1, deferrals: 3 },
      wait: { dueAtMs: fact.dueAtMs, reason: 'deferred: queue full' },
    });
  });

  it.each([
    ['60', 60_000],
    ['86400', 3_600_000],
    ['Thu, 01 Jan 1970 00:10:00 GMT', 598_000],
  ])('waits as long as Retry-After %j asks, an hour at most', (retryAfter, waitMs) => {
    const fact = attempted(task, outcome({ statusCode: 429, retryAfter }), sentWith);
    expect(fact).toMatchObject({ outcome: 'retrying', nextAttemptAtMs: 2_000 + waitMs });
  });

  it('owes no attempt after its end: it comes before where it may, and else it is the end', () => {
    const retryPolicy = { ...DEFAULT_RETRY_POLICY, delaysMs: [60_000], maxAgeMs: 60_000 };
    const endsAtMs = delivery.roundStartedAtMs + 60_000;
    const nextOf = (retryAfter?: string) =>
      attempted(task, outcome({ statusCode: 429, ...(retryAfter === undefined ? {} : { retryAfter }) }), {
        ...sentWith,
        retryPolicy,
      });
    expect(nextOf()).toMatchObject({ outcome: 'retrying' });
    expect(nextOf().nextAttemptAtMs).toBeLessThanOrEqual(endsAtMs - 1_000);
    expect(nextOf('3600')).toMatchObject({ outcome: 'retrying', nextAttemptAtMs: endsAtMs + 1 });
  });

  it('puts a delivery off no further than its end, so that it expires in time', () => {
    const fact = deferred(task, 10_000, 'rate limit', {
      turn: { expectedWaitMs: 7_200_000, kind: 'booked' },
      maxAgeMs: 60_000,
    });
    expect(fact.dueAtMs).toBe(delivery.roundStartedAtMs + 60_000 + 1);
  });

  it('owes nothing once it is skipped or expired', () => {
    expect(owedBy(skipped(task, 1, 'webhook disabled'), delivery)).toBeUndefined();
    expect(owedBy(expired(task, 1, 60_000), delivery)).toBeUndefined();
  });
});
