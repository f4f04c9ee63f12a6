import { describe, expect, it } from '@jest/globals';
import { readGroupRecord } from './group-record.ts';

// As a Kafka 4.2 has written them of two members of the group `g`, which had no name before.
const KEY = '0002000167';
const MADE = '0003000000000000ffffffff000001a22233144400000000';
const ONE =
  '00030008636f6e73756d6572000000010012526f756e64526f62696e41737369676e657200266d2d32356235356135652d646337662d343536342d386238642d316639376563623766396437000001a2223314e80000000100266d2d32356235356135652d646337662d343536342d386238642d316639376563623766396437ffff00016d000a2f3132372e302e302e310000ea60000017700000000d000000000001000174000000000000001900000000000100017400000002000000010000000000000000';
const TWO =
  '00030008636f6e73756d6572000000020012526f756e64526f62696e41737369676e657200266d2d32356235356135652d646337662d343536342d386238642d316639376563623766396437000001a2223329830000000200266d2d32356235356135652d646337662d343536342d386238642d316639376563623766396437ffff00016d000a2f3132372e302e302e310000ea60000017700000000d000000000001000174000000000000001500000000000100017400000001000000010000000000266d2d63373430346132662d333637362d343830372d626464352d346234613136366433343761ffff00016d000a2f3132372e302e302e310000ea60000017700000000d0000000000010001740000000000000015000000000001000174000000010000000000000000';
const LEFT = '00030008636f6e73756d657200000003ffffffff000001a2223350c700000000';

const bytes = (hex: string): Buffer => Buffer.from(hex, 'hex');
const read = (value: string | null, key = KEY) => readGroupRecord(bytes(key), value === null ? null : bytes(value));
/** The same as an older Kafka writes it: no time of the state (8 bytes) and no static member. */
const asVersion = (version: number, value: string): string =>
  `000${version}${value.slice(4)}`.replace('000001a2223350c7', version < 2 ? '' : '000001a2223350c7');

describe('a record of consumer groups', () => {
  it('tells each generation, and who its members are', () => {
    expect([MADE, ONE, TWO, LEFT].map((value) => read(value))).toEqual(
      [
        [],
        ['m-25b55a5e-dc7f-4564-8b8d-1f97ecb7f9d7'],
        ['m-25b55a5e-dc7f-4564-8b8d-1f97ecb7f9d7', 'm-c7404a2f-3676-4807-bdd5-4b4a166d347a'],
        [],
      ].map((members, generation) => ({ kind: 'generation', groupId: 'g', generation, members })),
    );
  });

  it('is read in the older layouts too', () => {
    for (const version of [0, 1, 2]) {
      expect(read(asVersion(version, LEFT))).toEqual({ kind: 'generation', groupId: 'g', generation: 3, members: [] });
    }
  });

  it('tells of a commit, and nothing of what it takes back or of other kinds', () => {
    for (const version of ['0000', '0001']) {
      const key = `${version}0001670001740000000a`;
      expect(read(LEFT, key)).toEqual({ kind: 'commit', groupId: 'g' });
    }
    expect(read(null)).toBeUndefined();
    expect(read(LEFT, '0003000167')).toBeUndefined();
  });

  it('is refused where its layout is not known, or its end is missing', () => {
    expect(() => read(`0004${LEFT.slice(4)}`)).toThrow('version 4');
    expect(() => read(LEFT.slice(0, -2))).toThrow('out of range');
    expect(() => read(TWO.slice(0, 40))).toThrow('out of range');
  });
});
