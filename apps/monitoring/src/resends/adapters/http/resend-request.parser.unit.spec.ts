import { describe, expect, it } from '@jest/globals';
import { refusalOf } from '../../../testing/refusal-of.ts';
import { parseResendRequest } from './resend-request.parser.ts';

const right = { state: 'failed', from: 5, to: 900 };

describe('what is to be resent', () => {
  it('is all that failed in a time, ten a second, where nothing else is said', () => {
    expect(parseResendRequest(right)).toEqual({
      filter: { state: 'failed', fromMs: 5, toMs: 900, eventType: null },
      ratePerSecond: 10,
      isDryRun: false,
    });
  });

  it.each<[unknown, readonly string[]]>([
    [undefined, ['body']],
    [[], ['body']],
    [{}, ['state', 'from', 'to']],
    [{ ...right, state: 'retrying' }, ['state']],
    [{ ...right, from: '5' }, ['from']],
    [{ ...right, to: 1.5 }, ['to']],
    [{ ...right, from: -1, to: 1e16 }, ['from', 'to']],
    [{ ...right, event: '' }, ['event']],
    [{ ...right, event: 'a\u0000' }, ['event']],
    [{ ...right, ratePerSecond: 0 }, ['ratePerSecond']],
    [{ ...right, ratePerSecond: 1_001 }, ['ratePerSecond']],
    [{ ...right, dryRun: 'yes' }, ['dryRun']],
    [{ ...right, statee: 'failed' }, ['statee']],
  ])('is not %j, naming %j', (body, fields) => {
    const refused = refusalOf(() => parseResendRequest(body));
    expect(refused.code).toBe('guard.invalid_input');
    expect(refused.details?.map(({ field }) => field)).toEqual(fields);
  });

  it('does not end before it begins', () => {
    expect(refusalOf(() => parseResendRequest({ ...right, from: 901 })).code).toBe('log.invalid_time_window');
  });
});
