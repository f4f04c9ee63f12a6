import { describe, expect, it } from '@jest/globals';
import { attemptIdOf, deliveryIdOf } from '@signalbox/domain';
import fc from 'fast-check';
import type { BreakerSignal } from './breaker.ts';
import { Breaker } from './breaker.ts';
import { Breakers } from './breakers.ts';

const T0 = 1_800_000_000_000;
const idOf = (index: number): string => attemptIdOf(deliveryIdOf('w', 'e'), 0, index);

/** Outcomes a second apart, while closed; says after how many it opened. */
function opensAfter(signals: readonly BreakerSignal[], everyMs = 1_000): number | undefined {
  const breaker = new Breaker();
  const at = signals.findIndex(
    (signal, index) => breaker.onOutcome(signal, false, T0 + index * everyMs, idOf(index))?.state === 'open',
  );
  return at === -1 ? undefined : at + 1;
}
const times = <Signal extends BreakerSignal>(count: number, signal: Signal): Signal[] =>
  Array.from({ length: count }, () => signal);

/** Opens it, and lets `count` probes fail; the times for which it stayed open. */
function openTimes(count: number): number[] {
  const breaker = new Breaker();
  let nowMs = T0;
  const stayed: number[] = [];
  for (let index = 0; index < 5; index++) breaker.onOutcome('no contact', false, nowMs, idOf(index));
  for (let probe = 0; probe < count; probe++) {
    stayed.push(breaker.nextProbeAtMs - nowMs);
    nowMs = breaker.nextProbeAtMs;
    breaker.beginProbe();
    breaker.onOutcome('failure', true, nowMs, idOf(probe));
  }
  return stayed;
}

describe('the breaker of a webhook', () => {
  it('opens after five attempts without contact in a row, whatever went well before', () => {
    expect(opensAfter(times(8, 'no contact'))).toBe(5);
    expect(opensAfter([...times(20, 'success'), ...times(5, 'no contact')])).toBe(25);
    expect(opensAfter([...times(20, 'success'), ...times(4, 'no contact'), 'success', 'no contact'])).toBeUndefined();
  });

  it('opens at half of at least five outcomes, not before', () => {
    expect(opensAfter(times(4, 'failure'))).toBeUndefined();
    expect(opensAfter(times(5, 'failure'))).toBe(5);
    expect(opensAfter([...times(3, 'success'), ...times(3, 'failure')])).toBe(6);
    expect(opensAfter([...times(4, 'success'), ...times(3, 'failure')])).toBeUndefined();
  });

  it('counts the last 60 s only', () => {
    expect(opensAfter(times(5, 'failure'), 12_000)).toBe(5);
    expect(opensAfter(times(20, 'failure'), 16_000)).toBeUndefined();
  });

  it('lets one probe through when its time has come, and nothing before', () => {
    const breaker = new Breaker();
    let change = undefined as ReturnType<Breaker['onOutcome']>;
    for (let index = 0; index < 5; index++) change = breaker.onOutcome('no contact', false, T0, idOf(index));
    expect(change).toMatchObject({ state: 'open', openSinceMs: T0, reason: '5 attempts in a row got no answer' });
    const probeAtMs = breaker.nextProbeAtMs;
    expect(change?.nextProbeAtMs).toBe(probeAtMs);
    expect(breaker.permits(probeAtMs - 1)).toBe('no');
    expect(breaker.permits(probeAtMs)).toBe('probe');
    expect(breaker.beginProbe()).toMatchObject({ state: 'half-open' });
    expect(breaker.permits(probeAtMs)).toBe('no');
    expect(breaker.onOutcome('success', false, probeAtMs, idOf(9))).toBeUndefined();
    expect(breaker.onOutcome('success', true, probeAtMs, idOf(9))).toMatchObject({ state: 'closed' });
    expect(breaker.permits(probeAtMs)).toBe('yes');
  });

  it('stays open 30 s, twice as long after each probe, 30 minutes at most, each within 20 %', () => {
    for (const [index, stayedMs] of openTimes(9).entries()) {
      const meantMs = Math.min(1_800_000, 30_000 * 2 ** index);
      expect(stayedMs).toBeGreaterThanOrEqual(meantMs * 0.8 - 1);
      expect(stayedMs).toBeLessThanOrEqual(meantMs * 1.2 + 1);
    }
    expect(openTimes(9)).toEqual(openTimes(9));
  });

  it('is not told anything by a probe that failed on our side: the next delivery is the probe', () => {
    const breaker = new Breaker();
    for (let index = 0; index < 5; index++) breaker.onOutcome('no contact', false, T0, idOf(index));
    const probeAtMs = breaker.nextProbeAtMs;
    breaker.beginProbe();
    expect(breaker.onOutcome('neutral', true, probeAtMs + 1, idOf(1))?.state).toBe('open');
    expect(breaker.permits(probeAtMs + 1)).toBe('probe');
  });

  it('never has two probes under way, and never forgets to say that it changed', () => {
    const signal = fc.constantFrom<BreakerSignal>('success', 'failure', 'no contact', 'neutral');
    const step = fc.record({ signal, afterMs: fc.integer({ min: 0, max: 40_000 }), isLate: fc.boolean() });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const breaker = new Breaker();
        let nowMs = T0;
        let told: string = 'closed';
        let isProbing = false;
        for (const [index, { signal: outcome, afterMs, isLate }] of steps.entries()) {
          nowMs += afterMs;
          const permitted = breaker.permits(nowMs);
          if (permitted === 'probe') {
            expect(isProbing).toBe(false);
            told = breaker.beginProbe().state;
            isProbing = true;
          } else if (breaker.state === 'closed') {
            expect(permitted).toBe('yes');
          }
          // A late outcome is one of an attempt that began while the breaker was closed.
          const isProbe = isProbing && !isLate;
          const change = breaker.onOutcome(outcome, isProbe, nowMs, idOf(index));
          if (isProbe) isProbing = false;
          if (change !== undefined) told = change.state;
          expect(told).toBe(breaker.state);
          if (breaker.state !== 'closed') expect(breaker.nextProbeAtMs - nowMs).toBeLessThanOrEqual(1_800_000 * 1.2);
        }
      }),
    );
  });
});

describe('the breakers of all webhooks', () => {
  const to = (webhookId: string, url = 'https://a.example/', partition = 0) => ({ webhookId, url, partition });
  const fail = (breakers: Breakers, addressee: ReturnType<typeof to>, nowMs = T0): void => {
    for (let index = 0; index < 5; index++) {
      breakers.onOutcome(addressee, 'no contact', false, nowMs, () => idOf(index));
    }
  };

  it('holds each webhook apart and counts what is open', () => {
    const breakers = new Breakers();
    fail(breakers, to('bad'));
    breakers.onOutcome(to('good'), 'success', false, T0, () => idOf(1));
    expect([breakers.permits('bad', T0), breakers.permits('good', T0), breakers.permits('new', T0)]).toEqual([
      'no',
      'yes',
      'yes',
    ]);
    expect([breakers.openCount, breakers.halfOpenCount]).toEqual([1, 0]);
    breakers.beginProbe('bad');
    expect([breakers.openCount, breakers.halfOpenCount]).toEqual([0, 1]);
  });

  it('brings one deferred delivery back as the next probe, and the others after it', () => {
    const breakers = new Breakers();
    fail(breakers, to('w'));
    const turns = [breakers.turnOf('w', T0), breakers.turnOf('w', T0)];
    expect(turns.map(({ kind }) => kind)).toEqual(['next', 'not before']);
    expect(turns[1]?.expectedWaitMs).toBeGreaterThan(turns[0]?.expectedWaitMs ?? Infinity);
    breakers.beginProbe('w');
    breakers.onOutcome(to('w'), 'failure', true, T0 + 40_000, () => idOf(1));
    expect(breakers.turnOf('w', T0 + 40_000).kind).toBe('next');
  });

  it('closes when the endpoint is another one, and takes no late outcome of the one before', () => {
    const breakers = new Breakers();
    fail(breakers, to('w'));
    expect(breakers.onAddressed(to('w'), T0)).toBeUndefined();
    expect(breakers.onAddressed(to('w', 'https://b.example/'), T0)).toMatchObject({ state: 'closed' });
    fail(breakers, to('w'));
    expect(breakers.permits('w', T0)).toBe('yes');
  });

  it('forgets that of a webhook that is no more, open or probing', () => {
    const breakers = new Breakers();
    fail(breakers, to('open'));
    fail(breakers, to('probing'));
    breakers.beginProbe('probing');
    for (const webhookId of ['open', 'probing', 'unknown']) breakers.forgetWebhook(webhookId);
    expect([breakers.size, breakers.openCount, breakers.halfOpenCount]).toEqual([0, 0, 0]);
  });

  it('forgets what has been quiet for a minute, and what another sender holds now', () => {
    const breakers = new Breakers();
    for (let index = 0; index < 100_000; index++) {
      breakers.onOutcome(to(`w${index}`), 'success', false, T0, () => idOf(1));
    }
    fail(breakers, to('open'));
    for (let sweeps = 0; sweeps < 102; sweeps++) breakers.sweep(T0 + 70_000);
    expect(breakers.size).toBe(1);
    breakers.forgetPartitions(new Set([0]));
    expect([breakers.size, breakers.openCount]).toEqual([0, 0]);
  });
});
