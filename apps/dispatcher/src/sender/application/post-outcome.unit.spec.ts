import { describe, expect, it } from '@jest/globals';
import type { Failed, PostOutcome } from '@signalbox/egress';
import { signalsOf } from './post-outcome.ts';

const timings = { totalMs: 5 };
const answered = (statusCode: number): PostOutcome => ({
  kind: 'answered',
  statusCode,
  answer: Buffer.alloc(0),
  timings,
});
const failed = (errorClass: Failed['errorClass'], isOwnFault = false): PostOutcome => ({
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
