import { describe, expect, it } from '@jest/globals';
import { GroupGenerations } from './group-generations.ts';

/** Of generations 0, 1 … with these members, noted one second apart. */
const changesOf = (...members: readonly (readonly string[])[]): readonly boolean[] => {
  const generations = new GroupGenerations();
  for (const [generation, ids] of members.entries()) {
    generations.note({ kind: 'generation', groupId: 'g', generation, members: ids }, generation * 1_000);
  }
  return generations.inOrder().map(({ hasOtherMembers }) => hasOtherMembers);
};

describe('the generations of a group', () => {
  it('tell whether members came or went, also where as many are there as before', () => {
    expect(changesOf([], ['a'], ['a', 'b'], ['b', 'a'], ['a', 'c'], ['a'])).toEqual([
      false,
      true,
      true,
      false,
      true,
      true,
    ]);
  });

  it('tell of a group that was empty in between', () => {
    expect(changesOf(['a'], [], ['a'])).toEqual([true, true, true]);
  });

  it('are in order of their numbers, and each has the time of its first note', () => {
    const generations = new GroupGenerations();
    const note = (generation: number, atMs: number): void =>
      generations.note({ kind: 'generation', groupId: 'g', generation, members: ['a'] }, atMs);
    for (const [generation, atMs] of [
      [2, 20],
      [1, 10],
      [1, 15],
    ] as const) {
      note(generation, atMs);
    }
    expect(generations.inOrder()).toEqual([
      { atMs: 10, hasOtherMembers: true },
      { atMs: 20, hasOtherMembers: false },
    ]);
  });
});
