import { describe, expect, it } from '@jest/globals';
import { NOTHING_RECOVERED, PartitionLedger } from './partition-ledger.ts';

const opened = (position = 0): PartitionLedger<string> => {
  const ledger = new PartitionLedger<string>();
  ledger.open(position, NOTHING_RECOVERED);
  return ledger;
};

describe('PartitionLedger', () => {
  it('recognises after a join what it had done above the committed offset', () => {
    const ledger = opened();
    for (const offset of [0, 1, 2]) ledger.take(offset, 'a');
    ledger.complete(1);
    ledger.suspend();
    ledger.open(0, NOTHING_RECOVERED);
    expect([0, 1, 2].map((offset) => ledger.take(offset, 'b'))).toEqual(['new', 'done', 'new']);
    expect(ledger.committable).toEqual({ offset: 0, tag: 'b' });
  });

  it('recognises what was done and not committed yet, below its lowest incomplete offset', () => {
    const ledger = opened(10);
    for (const offset of [10, 11, 12, 13]) ledger.take(offset, 'a');
    for (const offset of [10, 11, 13]) ledger.complete(offset);
    ledger.suspend();
    ledger.open(10, { done: [], tag: 'inherited', upTo: -1 });
    expect([10, 11, 12, 13].map((offset) => ledger.take(offset, 'b'))).toEqual(['done', 'done', 'new', 'done']);
    expect(ledger.committable).toEqual({ offset: 12, tag: 'inherited' });
  });

  it('waits for what is still under way when its record comes again', () => {
    const ledger = opened();
    ledger.take(0, 'a');
    ledger.begin(0);
    ledger.suspend();
    ledger.open(0, NOTHING_RECOVERED);
    expect(ledger.take(0, 'b')).toBe('under way');
    expect(ledger.committable?.offset).toBe(0);
    ledger.complete(0);
    expect(ledger.committable?.offset).toBe(1);
  });

  it('keeps a completion that arrives between the join and the record coming again', () => {
    const ledger = opened();
    ledger.take(0, 'a');
    ledger.begin(0);
    ledger.suspend();
    ledger.complete(0);
    ledger.open(0, NOTHING_RECOVERED);
    expect(ledger.take(0, 'b')).toBe('done');
    expect(ledger.committable?.offset).toBe(1);
  });

  it('forgets what lies below the committed offset', () => {
    const ledger = opened();
    ledger.open(5, { done: [3, 4, 7], tag: 'inherited', upTo: -1 });
    ledger.passTo(7);
    expect(ledger.take(7, 'a')).toBe('done');
    expect(ledger.committable).toEqual({ offset: 8, tag: undefined });
  });

  it('keeps the inherited tag until all that was read with its help is committed', () => {
    const ledger = new PartitionLedger<string>();
    ledger.open(5, { done: [6], tag: 'inherited', upTo: 7 });
    expect(ledger.committable).toEqual({ offset: 5, tag: 'inherited' });
    for (const offset of [5, 6, 7, 8]) ledger.take(offset, 'own');
    ledger.complete(5);
    expect(ledger.committable).toEqual({ offset: 7, tag: 'inherited' });
    ledger.complete(7);
    expect(ledger.committable).toEqual({ offset: 8, tag: 'own' });
  });

  it('keeps the inherited tag for work that was under way over the join: its fact may lie before the new tail', () => {
    const ledger = opened();
    ledger.take(0, 'a');
    ledger.begin(0);
    ledger.suspend();
    ledger.open(0, { done: [], tag: 'inherited', upTo: -1 });
    ledger.take(0, 'own');
    expect(ledger.committable).toEqual({ offset: 0, tag: 'inherited' });
  });

  it('completes nothing for a partition that went away', () => {
    const ledger = opened();
    ledger.take(0, 'a');
    ledger.begin(0);
    ledger.end();
    ledger.complete(0);
    expect(ledger.ended).toBe(true);
    expect(ledger.committable).toBeUndefined();
  });
});
