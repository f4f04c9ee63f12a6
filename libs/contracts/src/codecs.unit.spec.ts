import { describe, expect, it } from '@jest/globals';
import type { DeliveryId } from '@signalbox/domain';
import * as fc from 'fast-check';
import type { Attempted, Fact } from './attempt.codec.ts';
import { decodeFact, encodeFact, factKindOf } from './attempt.codec.ts';
import { decodeDeadLetter } from './dead-letter.codec.ts';
import type { Delivery } from './delivery.codec.ts';
import { attemptIdOfDelivery, decodeDelivery, decodeWait, encodeDelivery } from './delivery.codec.ts';
import { decodeEventType, eventTypeKey } from './event-type.codec.ts';
import { decodeOperation } from './operation.codec.ts';
import { compareVersions, decodeWebhook } from './webhook-state.codec.ts';

const attempted: Attempted = {
  kind: 'attempted',
  webhookId: 'w1',
  tenantId: 'default',
  eventType: 'User.Created',
  deliveryId: 'd1' as DeliveryId,
  round: 0,
  attemptNumber: 1,
  deferrals: 0,
  firstScheduledAtMs: 1,
  roundStartedAtMs: 2,
  webhookEpoch: 1,
  webhookVersion: 1,
  deliveryOffset: 3,
  atMs: 4,
  outcome: 'succeeded',
  startedAtMs: 3,
  timings: { totalMs: 1 },
};

const decodeOf = (fact: object, kind = 'attempted') =>
  decodeFact({ kind }, Buffer.from(typeof fact === 'string' ? fact : JSON.stringify(fact)));

describe('fact codec', () => {
  const without = (field: keyof Attempted): object =>
    Object.fromEntries(Object.entries(attempted).filter(([name]) => name !== field));

  it.each([
    ['an unknown kind', decodeFact({ kind: 'exploded' }, Buffer.from('{}')), 'header "kind"'],
    ['no kind', decodeFact({}, Buffer.from('{}')), 'header "kind"'],
    ['no value', decodeFact({ kind: 'attempted' }, null), 'not JSON'],
    ['a list', decodeOf([]), 'not an object'],
    ['a kind that differs from its header', decodeOf(attempted, 'expired'), 'differs'],
    ['no tenant', decodeOf(without('tenantId')), '"tenantId"'],
    ['no round', decodeOf(without('round')), '"round"'],
    ['a negative number', decodeOf({ ...attempted, attemptNumber: -1 }), '"attemptNumber"'],
    ['an unknown outcome', decodeOf({ ...attempted, outcome: 'maybe' }), '"outcome"'],
    ['no time of the attempt it owes', decodeOf({ ...attempted, outcome: 'retrying' }), '"nextAttemptAtMs"'],
    ['no timings', decodeOf(without('timings')), '"timings"'],
  ])('names what is wrong with %s', (_, decoded, why) => {
    expect(decoded.kind).toBe('not-a-fact');
    expect('reason' in decoded && decoded.reason).toContain(why);
  });

  it('says what kind a record claims without reading its value', () => {
    const fact: Fact = { ...attempted };
    expect(factKindOf(encodeFact(fact).headers)).toBe('attempted');
  });
});

describe('delivery codec', () => {
  const lineless = fc.string().map((text) => text.replaceAll('\n', ' '));
  const count = fc.nat();
  const delivery: fc.Arbitrary<Delivery> = fc.record({
    deliveryId: fc.uuid() as unknown as fc.Arbitrary<DeliveryId>,
    tenantId: lineless,
    eventId: lineless,
    eventType: lineless,
    round: count,
    attemptNumber: count,
    deferrals: count,
    firstScheduledAtMs: fc.nat({ max: Number.MAX_SAFE_INTEGER }),
    roundStartedAtMs: fc.nat({ max: Number.MAX_SAFE_INTEGER }),
    webhookEpoch: count,
    webhookVersion: count,
    sourceTopic: lineless,
    sourcePartition: count,
    sourceOffset: count,
  });

  it('gives back what was written, the wait included', () => {
    fc.assert(
      fc.property(delivery, count, fc.string(), (written, dueAtMs, reason) => {
        const headers = encodeDelivery(written, { dueAtMs, reason });
        expect(decodeDelivery(headers)).toEqual(written);
        expect(decodeWait(headers)).toEqual({ dueAtMs, reason });
      }),
    );
  });

  it('reads nothing from headers of others', () => {
    for (const headers of [{}, { delivery: '' }, { delivery: '2\na\nb' }])
      expect(decodeDelivery(headers)).toBeUndefined();
    expect(decodeWait({})).toBeUndefined();
    expect(decodeWait({ wait: 'soon\nreason' })).toBeUndefined();
  });

  it('names the attempt it asks for', () => {
    fc.assert(
      fc.property(delivery, (one) => {
        expect(attemptIdOfDelivery(one)).not.toBe(
          attemptIdOfDelivery({ ...one, attemptNumber: one.attemptNumber + 1 }),
        );
      }),
      { numRuns: 20 },
    );
  });
});

describe('webhook, operation and dead letter codecs', () => {
  it('read nothing from values of others', () => {
    expect(decodeOperation({}, Buffer.from('{}'))).toBeUndefined();
    expect(decodeOperation({ kind: 'exploded' }, Buffer.from('{"kind":"exploded"}'))).toBeUndefined();
    for (const text of ['', 'null', '{"kind":"keys-rotated"}', '{"kind":"webhook-disabled","webhookId":"w1"}']) {
      expect(decodeOperation({ kind: 'keys-rotated' }, Buffer.from(text))).toBeUndefined();
    }
    for (const text of ['', '[]', 'null', '{"id":"w1"}']) expect(decodeWebhook(Buffer.from(text))).toBeUndefined();
    expect(decodeDeadLetter({})).toBeUndefined();
    expect(decodeDeadLetter({ 'dead-letter': '{' })).toBeUndefined();
  });

  it('hold a higher epoch for newer whatever its version', () => {
    expect(compareVersions({ epoch: 2, version: 1 }, { epoch: 1, version: 900 })).toBeGreaterThan(0);
    expect(compareVersions({ epoch: 1, version: 2 }, { epoch: 1, version: 3 })).toBeLessThan(0);
  });
});

describe('event type codec', () => {
  it.each(['', 'nonsense', 'null', '[]', '{}', '{"deleted":false,"tenantId":"t","name":"n","epoch":1}'])(
    'takes %j for none of ours',
    (text) => {
      expect(decodeEventType(Buffer.from(text))).toBeUndefined();
    },
  );

  it('has a key of its own for every tenant and name', () => {
    expect(eventTypeKey({ tenantId: 'a/b', name: 'c' })).not.toBe(eventTypeKey({ tenantId: 'a', name: 'b:c' }));
  });
});
