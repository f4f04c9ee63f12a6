import { describe, expect, it } from '@jest/globals';
import { LedgerBook } from './ledger-book.ts';
import type { Join } from '@signalbox/kafka';
import { NOTHING_RECOVERED } from './partition-ledger.ts';

const at = (partition: number): { topic: string; partition: number } => ({ topic: 't', partition });
const join = (assigned: number[], more: Partial<Join> = {}): Join => ({
  assigned: assigned.map(at),
  lost: [],
  isContinuous: true,
  ...more,
});
const open = (book: LedgerBook<string>, partition: number, committedOffset = 0): void => {
  const assigned = { ...at(partition), committedOffset, committedMetadata: '', logStart: 0, logEnd: 100 };
  book.open(assigned, committedOffset, NOTHING_RECOVERED);
};
const metadata = (_: unknown, offset: number, tag: string | undefined): string => `${offset}:${tag ?? '-'}`;

describe('LedgerBook', () => {
  it('ends the ledger of a partition that went away and keeps that of one that stays', () => {
    const book = new LedgerBook<string>();
    book.onJoin(join([0, 1]));
    const [stays, goes] = [book.ledger(at(0)), book.ledger(at(1))];
    book.onJoin(join([0], { lost: [at(1)] }));
    expect(goes.ended).toBe(true);
    expect(book.ledger(at(0))).toBe(stays);
    expect(() => book.ledger(at(1))).toThrow('is not held');
  });

  it('trusts no ledger after the member was expelled in between', () => {
    const book = new LedgerBook<string>();
    book.onJoin(join([0]));
    const before = book.ledger(at(0));
    book.onJoin(join([0], { isContinuous: false }));
    expect(before.ended).toBe(true);
    expect(book.ledger(at(0))).not.toBe(before);
  });

  it('commits, for a member that reads nothing more, what ends after a join as before it', () => {
    const book = new LedgerBook<string>();
    book.onJoin(join([0, 1]));
    open(book, 0);
    const ledger = book.ledger(at(0));
    ledger.take(0, 'tag');
    ledger.begin(0);
    ledger.passTo(1);
    book.onJoin(join([0, 2], { lost: [at(1)] }), false);
    ledger.complete(0);
    expect(book.toCommit(metadata)).toEqual([{ ...at(0), offset: 1, metadata: '1:-' }]);
    book.onJoin(join([0]), true);
    expect(book.toCommit(metadata)).toEqual([]);
  });

  it('commits what changed since the group accepted it, and nothing before a partition is located', () => {
    const book = new LedgerBook<string>();
    book.onJoin(join([0, 1]));
    expect(book.toCommit(metadata)).toEqual([]);
    open(book, 0);
    book.ledger(at(0)).take(0, 'a');
    book.ledger(at(0)).take(1, 'b');
    book.ledger(at(0)).complete(0);
    const due = book.toCommit(metadata);
    expect(due).toEqual([{ ...at(0), offset: 1, metadata: '1:b' }]);
    expect(book.toCommit(metadata)).toEqual(due);
    book.onCommitted(due);
    expect(book.toCommit(metadata)).toEqual([]);
  });
});
