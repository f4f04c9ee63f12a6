import { describe, expect, it } from '@jest/globals';
import { apiErrorOf, lostErrorOf } from './api-error.ts';
import { RepeatableCall } from './repeatable-call.ts';

describe('a call that may be sent again', () => {
  it('has one key while its content is the same, and another after an answer', () => {
    const call = new RepeatableCall();
    const first = call.keyOf({ name: 'a' }, 1);
    expect(call.keyOf({ name: 'a' }, 2)).toEqual(first);
    expect(call.keyOf({ name: 'b' }, 3).key).not.toBe(first.key);
    const third = call.keyOf({ name: 'b' }, 4);
    expect(third.sinceMs).toBe(3);
    call.settled(lostErrorOf(new Request('http://localhost/', { method: 'POST' }), new Error('cut')));
    expect(call.keyOf({ name: 'b' }, 4)).toEqual(third);
    call.settled(null);
    expect(call.keyOf({ name: 'b' }, 5)).toEqual({ key: expect.not.stringMatching(third.key), sinceMs: 5 });
  });
});

describe('a call that was not answered', () => {
  const kindOf = (init: RequestInit): string =>
    lostErrorOf(new Request('http://localhost/api/hooks', init), new Error('cut')).kind;

  it('is not said to have changed nothing, unless it only reads', () => {
    expect(kindOf({ method: 'GET' })).toBe('offline');
    expect(kindOf({ method: 'PATCH' })).toBe('unanswered');
    expect(kindOf({ method: 'POST', headers: { 'Idempotency-Key': 'k' } })).toBe('unanswered-once');
    expect(apiErrorOf(new Response('', { status: 502 }), '').kind).toBe('unavailable');
  });
});
