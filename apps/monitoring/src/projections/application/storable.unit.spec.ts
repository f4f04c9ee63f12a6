import { describe, expect, it } from '@jest/globals';
import type { Fact } from '@signalbox/contracts';
import { attempted, deferred } from '../../testing/facts.ts';
import { whyFactNotStorable } from './storable.ts';

const odd = (fact: Fact, fields: object): Fact => ({ ...fact, ...fields });
const breaker = odd(attempted(), { kind: 'breaker-changed', state: 'open', reason: '3 of 5 timeouts' });

describe('whether the tables can hold a fact', () => {
  it.each([attempted(), deferred({ detail: 'since 14:02:31' }), breaker])('takes a fact of kind $kind', (fact) => {
    expect(whyFactNotStorable(fact)).toBeNull();
  });

  it.each<[Fact, string]>([
    [odd(attempted(), { error: { code: 5 } }), 'field "error"'],
    [odd(attempted(), { answer: 5 }), 'field "answer"'],
    [odd(attempted(), { errorClass: ['dns'] }), 'field "errorClass"'],
    [odd(attempted(), { verdict: true }), 'field "verdict"'],
    [odd(attempted(), { statusCode: 1000 }), 'field "statusCode"'],
    [odd(attempted(), { atMs: 1.5 }), 'field "atMs"'],
    [odd(attempted(), { firstScheduledAtMs: Date.parse('2300-01-01') }), 'field "firstScheduledAtMs"'],
    [odd(deferred(), { reason: 7 }), 'field "reason"'],
    [odd(deferred(), { detail: {} }), 'field "detail"'],
    [odd(breaker, { state: 'x'.repeat(3_000) }), 'field "state"'],
  ])('says which field of %j it cannot', (fact, reason) => {
    expect(whyFactNotStorable(fact)).toContain(reason);
  });
});
