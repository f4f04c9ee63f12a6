import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { LastMoves } from './last-moves.ts';

describe('LastMoves', () => {
  it('knows what was moved up to so long before the newest, whenever that was', () => {
    const moves = new LastMoves(1_000);
    moves.add('a', 5_000);
    moves.add('b', 5_001);
    moves.add('c', 6_001);
    expect([...moves.ids()]).toEqual(['b', 'c']);
    moves.add('d', 90_000);
    expect([...moves.ids()]).toEqual(['d']);
  });

  it('answers like the naive model, also where the times in a log go back a little', () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 50 })), (steps) => {
        const moves = new LastMoves(100);
        const all: { id: string; appendedAtMs: number }[] = [];
        for (const [index, step] of steps.entries()) {
          const move = { id: String(index), appendedAtMs: index * 20 + step };
          all.push(move);
          moves.add(move.id, move.appendedAtMs);
        }
        const newestMs = Math.max(...all.map(({ appendedAtMs }) => appendedAtMs));
        const needed = all.filter(({ appendedAtMs }) => appendedAtMs >= newestMs - 100).map(({ id }) => id);
        expect([...moves.ids()]).toEqual(expect.arrayContaining(needed));
        expect(moves.size).toBeLessThanOrEqual(needed.length + 3);
      }),
    );
  });

  it('holds no more of a long log than what it knows', () => {
    const moves = new LastMoves(100);
    for (let atMs = 0; atMs < 100_000; atMs++) moves.add(String(atMs), atMs);
    expect(moves.size).toBe(101);
  });
});
