import { describe, expect, it } from '@jest/globals';
import { deliveryIdOf } from '@signalbox/domain';
import { RepaidDebts } from './repaid-debts.ts';

const turnOf = (name: string) => ({ deliveryId: deliveryIdOf('w', name), round: 0, attemptNumber: 2, deferrals: 0 });

describe('RepaidDebts', () => {
  it('knows the second record of a turn that was paid twice, however often either comes again', () => {
    const debts = new RepaidDebts();
    debts.add(3, turnOf('a'));
    expect([7, 9, 7, 9, 11].map((offset) => debts.isSecond(3, offset, turnOf('a')))).toEqual([
      false,
      true,
      false,
      true,
      true,
    ]);
    debts.add(3, turnOf('a'));
    expect(debts.isSecond(3, 9, turnOf('a'))).toBe(true);
  });

  it('says nothing of other turns, other deliveries and other partitions', () => {
    const debts = new RepaidDebts();
    debts.add(3, turnOf('a'));
    debts.isSecond(3, 7, turnOf('a'));
    expect(debts.isSecond(3, 8, turnOf('b'))).toBe(false);
    expect(debts.isSecond(3, 8, { ...turnOf('a'), attemptNumber: 3 })).toBe(false);
    expect(debts.isSecond(3, 8, { ...turnOf('a'), deferrals: 1 })).toBe(false);
    expect(debts.isSecond(3, 8, { ...turnOf('a'), round: 1 })).toBe(false);
    expect(debts.isSecond(4, 8, turnOf('a'))).toBe(false);
  });

  it('forgets a partition that went away, and the oldest above its bound', () => {
    const debts = new RepaidDebts(2);
    for (const name of ['a', 'b', 'c']) debts.add(3, turnOf(name));
    debts.add(13, turnOf('c'));
    expect(debts.size).toBe(2);
    debts.forgetPartitions(new Set([3]));
    expect(debts.size).toBe(1);
    expect([5, 6].map((offset) => debts.isSecond(13, offset, turnOf('c')))).toEqual([false, true]);
  });
});
