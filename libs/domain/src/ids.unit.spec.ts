import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { v5 } from 'uuid';
import { attemptIdOf, bulkResendId, deliveryIdOf } from './ids.ts';

const NAMESPACE = '6f1b1c0a-6c57-5d0e-9a3e-2f6d5b8f6c11';

describe('ids', () => {
  it('never change: a receiver dedupes by them', () => {
    const delivery = deliveryIdOf('abc', 'evt-1');
    expect(delivery).toBe(deliveryIdOf('abc', 'evt-1'));
    expect(attemptIdOf(delivery, 0, 1)).not.toBe(attemptIdOf(delivery, 0, 2));
  });

  it('of a bulk resend are told apart by each of their parts', () => {
    const ids = [
      bulkResendId('t', 'w', 'a', 'k'),
      bulkResendId('t2', 'w', 'a', 'k'),
      bulkResendId('t', 'w2', 'a', 'k'),
      bulkResendId('t', 'w', 'a2', 'k'),
      bulkResendId('t', 'w', 'a', 'k2'),
      bulkResendId('t', 'w', 'a\nk', ''),
    ];
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids[0]).toBe(bulkResendId('t', 'w', 'a', 'k'));
  });

  it('are the UUIDs of version 5 that the package uuid makes', () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 600 });
    fc.assert(
      fc.property(text, text, fc.nat(99), fc.nat(99), (webhookId, eventId, round, attempt) => {
        const delivery = deliveryIdOf(webhookId, eventId);
        expect(delivery).toBe(v5(`${webhookId}\n${eventId}`, NAMESPACE));
        expect(attemptIdOf(delivery, round, attempt)).toBe(v5(`${delivery}\n${round}\n${attempt}`, NAMESPACE));
      }),
    );
  });
});
