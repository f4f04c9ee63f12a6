import { describe, expect, it } from '@jest/globals';
import { attemptIdOf, deliveryIdOf } from './ids.ts';

describe('ids', () => {
  it('never change: a receiver dedupes by them', () => {
    const delivery = deliveryIdOf('abc', 'evt-1');
    expect(delivery).toBe(deliveryIdOf('abc', 'evt-1'));
    expect(attemptIdOf(delivery, 0, 1)).not.toBe(attemptIdOf(delivery, 0, 2));
  });
});
