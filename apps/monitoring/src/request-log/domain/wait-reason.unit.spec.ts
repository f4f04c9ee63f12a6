import { describe, expect, it } from '@jest/globals';
import type { BreakerChange, RecordedFact } from './listed-delivery.ts';
import { openBreakerAt, reasonText } from './wait-reason.ts';

const at = (time: string): number => Date.parse(`2026-03-02T${time}Z`);
const openSinceMs = at('14:02:31');

const change = (time: string, more: Partial<BreakerChange>): BreakerChange => ({
  atMs: at(time),
  state: 'open',
  reason: null,
  openSinceMs,
  nextProbeAtMs: null,
  ...more,
});
const changes: readonly BreakerChange[] = [
  change('14:02:31', { reason: '3 of the last 5 attempts failed', nextProbeAtMs: at('14:03:01') }),
  change('14:03:01', { state: 'half-open', reason: 'a probe is sent', nextProbeAtMs: at('14:03:01') }),
  change('14:03:02', { reason: 'the probe failed', nextProbeAtMs: at('14:04:02') }),
  change('14:04:03', { state: 'closed', reason: 'the probe was answered' }),
];

const fact = (more: Partial<RecordedFact>): RecordedFact => ({
  kind: 'deferred',
  round: 0,
  attemptNumber: 1,
  deferrals: 0,
  atMs: at('14:02:40'),
  startedAtMs: null,
  headerNames: null,
  outcome: null,
  dnsMs: null,
  connectMs: null,
  tlsMs: null,
  firstByteMs: null,
  totalMs: null,
  statusCode: null,
  errorClass: null,
  error: null,
  answer: null,
  verdict: null,
  nextAttemptAtMs: null,
  reason: 'breaker open',
  ...more,
});
const told = (more: Partial<RecordedFact>): string => {
  const wait = fact(more);
  return reasonText(wait, openBreakerAt(changes, wait.atMs));
};

describe('why a delivery waits', () => {
  it('tells since when the breaker is open, what opened it and when it is probed', () => {
    expect(told({})).toBe(
      'deferred: breaker open since 14:02:31, 3 of the last 5 attempts failed, next probe 14:03:01',
    );
  });

  it('keeps what opened the breaker through its probes', () => {
    expect(told({ atMs: at('14:03:30') })).toBe(
      'deferred: breaker open since 14:02:31, 3 of the last 5 attempts failed, next probe 14:04:02',
    );
  });

  it('names the day where it is another', () => {
    expect(told({ atMs: Date.parse('2026-03-03T00:00:01Z'), reason: 'rate limit' })).toBe('deferred: rate limit');
    const tomorrow = fact({ atMs: Date.parse('2026-03-03T00:00:01Z') });
    expect(reasonText(tomorrow, { openSinceMs, because: null, nextProbeAtMs: null })).toBe(
      'deferred: breaker open since 2026-03-02 14:02:31',
    );
  });

  it('says only what is known', () => {
    expect(told({ atMs: at('14:02:30') })).toBe('deferred: breaker open');
    expect(told({ atMs: at('14:05:00') })).toBe('deferred: breaker open');
    expect(told({ reason: 'queue full' })).toBe('deferred: queue full');
    expect(told({ kind: 'skipped', reason: 'webhook disabled' })).toBe('skipped: webhook disabled');
    expect(told({ kind: 'expired', reason: null })).toBe('expired: it could not be sent in time');
  });
});
