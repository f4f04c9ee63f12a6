import { describe, expect, it } from '@jest/globals';
import type { Answered, Failed } from '@signalbox/egress';
import { outcomeOf, signalsOf } from './post-outcome.ts';

const timings = { totalMs: 5 };
const answered = (statusCode: number): Answered => ({
  kind: 'answered',
  statusCode,
  answer: Buffer.alloc(0),
  timings,
});
const failed = (errorClass: Failed['errorClass'], isOwnFault = false): Failed => ({
  kind: 'failed',
  errorClass,
  message: '',
  timings,
  isOwnFault,
});

describe('what an outcome says about its endpoint', () => {
  it.each([
    ['200', answered(200), 'success', 'success'],
    ['404', answered(404), 'neutral', 'success'],
    ['429', answered(429), 'congestion', 'success'],
    ['500', answered(500), 'congestion', 'failure'],
    ['a timeout', failed('timeout'), 'congestion', 'no contact'],
    ['a refused connection', failed('connect'), 'neutral', 'no contact'],
    ['a name that does not resolve', failed('dns'), 'neutral', 'no contact'],
    ['a bad certificate', failed('tls'), 'neutral', 'no contact'],
    ['a reset', failed('reset'), 'neutral', 'failure'],
    ['an address that the rules refuse', failed('refused-address'), 'neutral', 'neutral'],
  ] as const)('%s', (_title, outcome, lane, breaker) => {
    expect(signalsOf(outcome)).toEqual({ lane, breaker });
  });

  it.each(['dns', 'connect', 'timeout', 'reset'] as const)('nothing where the fault is ours, as %s', (errorClass) => {
    expect(signalsOf(failed(errorClass, true))).toEqual({ lane: 'neutral', breaker: 'neutral' });
  });
});

describe('an outcome in the terms of facts', () => {
  it('keeps of an answer its status, its text and what its receiver asks for', () => {
    const answer = {
      ...answered(429),
      answer: Buffer.from('später'),
      retryAfter: '3',
      webhookDelivery: 'abort-message',
    };
    expect(outcomeOf(answer, 1_000, 2_000)).toEqual({
      startedAtMs: 1_000,
      endedAtMs: 2_000,
      timings,
      statusCode: 429,
      answer: 'später',
      retryAfter: '3',
      webhookDelivery: 'abort-message',
    });
  });

  it('has no member for a header that did not come', () => {
    const told = outcomeOf(answered(200), 1_000, 2_000);
    expect(told).toEqual({ startedAtMs: 1_000, endedAtMs: 2_000, timings, statusCode: 200, answer: '' });
  });

  it('says why there was no whole answer, with the status where one had come', () => {
    const times = { startedAtMs: 1_000, endedAtMs: 2_000, timings };
    const reset = { ...failed('reset'), message: 'broke off' } as const;
    expect(outcomeOf(reset, 1_000, 2_000)).toEqual({ ...times, errorClass: 'reset', error: 'broke off' });
    expect(outcomeOf({ ...reset, statusCode: 503 }, 1_000, 2_000)).toMatchObject({
      errorClass: 'reset',
      statusCode: 503,
    });
  });
});
