import type { Attempted, BreakerChanged, Deferred, Expired, FactBase, Skipped } from '@signalbox/contracts';
import type { DeliveryId } from '@signalbox/domain';
import * as fc from 'fast-check';

/** A first attempt of one delivery that succeeded; tests say what differs. */
const base: FactBase = {
  webhookId: 'webhook1',
  tenantId: 'default',
  eventType: 'User.Created',
  deliveryId: '0b8f2f64-7d4c-5c51-9a0e-3f1f3c2b7a90' as DeliveryId,
  round: 0,
  attemptNumber: 1,
  deferrals: 0,
  firstScheduledAtMs: 1_767_225_600_123,
  roundStartedAtMs: 1_767_225_600_200,
  webhookEpoch: 1,
  webhookVersion: 1,
  deliveryOffset: 0,
  atMs: 1_767_225_600_300,
};

export function attempted(change: Partial<Attempted> = {}): Attempted {
  const timings = { firstByteMs: 11, totalMs: 12 };
  return { ...base, kind: 'attempted', outcome: 'succeeded', startedAtMs: base.atMs - 12, timings, ...change };
}

export function deferred(change: Partial<Deferred> = {}): Deferred {
  return { ...base, kind: 'deferred', reason: 'queue full', dueAtMs: base.atMs + 5_000, ...change };
}

export function skipped(change: Partial<Skipped> = {}): Skipped {
  return { ...base, kind: 'skipped', reason: 'webhook disabled', ...change };
}

export function expired(change: Partial<Expired> = {}): Expired {
  return { ...base, kind: 'expired', maxAgeMs: 259_200_000, ...change };
}

export function breakerChanged(change: Partial<BreakerChanged> = {}): BreakerChanged {
  return { ...base, kind: 'breaker-changed', state: 'open', reason: '5 timeouts in a row', ...change };
}

/** Facts of one delivery in any combination, twins and contradictions included. */
export function anyFacts() {
  const position = fc.record({
    round: fc.nat({ max: 2 }),
    attemptNumber: fc.integer({ min: 1, max: 3 }),
    deferrals: fc.nat({ max: 2 }),
    atMs: fc.integer({ min: 1, max: 3 }),
  });
  const outcome = fc.constantFrom<Attempted['outcome'][]>('succeeded', 'retrying', 'failed');
  const kind = fc.oneof(
    fc.record({ outcome, totalMs: fc.constantFrom(1, 50, 900), statusCode: fc.constantFrom(200, 500) }).map(
      (fields) => (at: Partial<FactBase>) =>
        attempted({
          ...at,
          outcome: fields.outcome,
          statusCode: fields.statusCode,
          timings: { totalMs: fields.totalMs },
          ...(fields.outcome === 'retrying' ? { nextAttemptAtMs: 99 } : {}),
        }),
    ),
    fc.constantFrom(5, 6).map((dueAtMs) => (at: Partial<FactBase>) => deferred({ ...at, dueAtMs })),
    fc.constant((at: Partial<FactBase>) => skipped(at)),
    fc.constant((at: Partial<FactBase>) => expired(at)),
  );
  return fc.array(
    fc.tuple(position, kind).map(([at, make]) => make(at)),
    { maxLength: 8 },
  );
}
