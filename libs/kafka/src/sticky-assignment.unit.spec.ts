import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  assignSticky,
  type AssignmentMember,
  type AssignmentTopic,
  type MemberPartitions,
} from './sticky-assignment.ts';

const NOTHING: ReadonlyMap<string, readonly number[]> = new Map();

const topicsOf = (counts: readonly number[]): AssignmentTopic[] =>
  counts.map((count, index) => ({ name: `topic-${index}`, partitions: Array.from({ length: count }, (_, p) => p) }));

const join = (
  memberId: string,
  topics: readonly AssignmentTopic[],
  owned: ReadonlyMap<string, readonly number[]> = NOTHING,
  generationId = 1,
): AssignmentMember => ({ memberId, topics: topics.map(({ name }) => name), owned, generationId });

const sizes = (assigned: ReadonlyMap<string, MemberPartitions>, topic?: string): number[] =>
  [...assigned.values()].map((topics) =>
    [...topics].filter(([name]) => topic === undefined || name === topic).reduce((sum, [, p]) => sum + p.length, 0),
  );

const spread = (counts: readonly number[]): number => Math.max(...counts) - Math.min(...counts);

/** What a member has now and had not before, or the other way round. */
const minus = (left: MemberPartitions | undefined, right: MemberPartitions | undefined): string[] =>
  [...(left ?? [])].flatMap(([topic, partitions]) =>
    partitions.filter((partition) => right?.get(topic)?.includes(partition) !== true).map((p) => `${topic}/${p}`),
  );

const ids = fc
  .uniqueArray(fc.integer({ min: 0, max: 999 }), { minLength: 1, maxLength: 12 })
  .map((numbers) => numbers.map((number) => `member-${number}`));
const counts = fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 10 });

describe('assignSticky', () => {
  it('gives every partition to one member, each topic and all of them spread evenly', () => {
    fc.assert(
      fc.property(
        ids,
        counts,
        fc.array(fc.tuple(fc.nat(11), fc.nat(9), fc.nat(29), fc.nat(3))),
        (names, sized, claims) => {
          const topics = topicsOf(sized);
          // Whatever members claim to hold, also each other's or what is not there.
          const members = names.map((name, index) => {
            const owned = new Map<string, number[]>();
            for (const [member, topic, partition] of claims) {
              if (member === index) owned.set(`topic-${topic}`, [...(owned.get(`topic-${topic}`) ?? []), partition]);
            }
            return join(name, topics, owned, claims[index]?.[3] ?? 0);
          });
          const assigned = assignSticky(topics, members);
          for (const { name, partitions } of topics) {
            const given = [...assigned.values()].flatMap((ofMember) => ofMember.get(name) ?? []);
            expect(given.toSorted((a, b) => a - b)).toEqual(partitions);
            expect(spread(sizes(assigned, name))).toBeLessThanOrEqual(1);
          }
          expect(spread(sizes(assigned))).toBeLessThanOrEqual(1);
        },
      ),
    );
  });

  it('changes nothing while the members stay the same, whatever order they come in', () => {
    fc.assert(
      fc.property(ids, counts, (names, sized) => {
        const topics = topicsOf(sized);
        const first = assignSticky(
          topics,
          names.map((name) => join(name, topics)),
        );
        const again = assignSticky(
          topics,
          names.toReversed().map((name) => join(name, topics, first.get(name))),
        );
        expect(new Map([...again].toSorted())).toEqual(new Map([...first].toSorted()));
      }),
    );
  });

  it('takes nothing from those who stay when a member leaves a topic', () => {
    fc.assert(
      fc.property(ids, fc.integer({ min: 1, max: 60 }), (names, count) => {
        fc.pre(names.length > 1);
        const topics = topicsOf([count]);
        const before = assignSticky(
          topics,
          names.map((name) => join(name, topics)),
        );
        const after = assignSticky(
          topics,
          names.slice(1).map((name) => join(name, topics, before.get(name))),
        );
        for (const name of names.slice(1)) expect(minus(before.get(name), after.get(name))).toEqual([]);
      }),
    );
  });

  it('moves partitions to a new member only, never between the others', () => {
    fc.assert(
      fc.property(ids, fc.integer({ min: 1, max: 60 }), (names, count) => {
        const topics = topicsOf([count]);
        const before = assignSticky(
          topics,
          names.map((name) => join(name, topics)),
        );
        const members = [join('newcomer', topics), ...names.map((name) => join(name, topics, before.get(name)))];
        const after = assignSticky(topics, members);
        for (const name of names) expect(minus(after.get(name), before.get(name))).toEqual([]);
      }),
    );
  });

  it('moves hardly more than balance asks for, over several topics', () => {
    fc.assert(
      fc.property(ids, counts, fc.boolean(), (names, sized, isJoin) => {
        fc.pre(names.length > 1);
        const topics = topicsOf(sized);
        const before = assignSticky(
          topics,
          names.map((name) => join(name, topics)),
        );
        const stay = isJoin ? names : names.slice(1);
        const members = stay.map((name) => join(name, topics, before.get(name)));
        const after = assignSticky(topics, isJoin ? [...members, join('newcomer', topics)] : members);
        const moved = stay.flatMap((name) => minus(after.get(name), before.get(name)));
        const freed = isJoin ? [] : minus(before.get(names[0] ?? ''), undefined);
        // An extra partition of a topic may have to change hands for the sum's sake, once for each topic and member.
        const between = moved.filter((partition) => !freed.includes(partition));
        expect(between.length).toBeLessThanOrEqual(topics.length * stay.length);
      }),
    );
  });

  it('believes the latest of several that claim a partition', () => {
    const topics = topicsOf([2]);
    const claim = new Map([['topic-0', [0]]]);
    const assigned = assignSticky(topics, [join('a', topics, claim, 3), join('b', topics, claim, 7)]);
    expect(assigned.get('b')?.get('topic-0')).toEqual([0]);
    expect(assigned.get('a')?.get('topic-0')).toEqual([1]);
  });

  it('gives a member only topics it has subscribed to', () => {
    const [one, two] = topicsOf([4, 4]);
    if (one === undefined || two === undefined) throw new Error('two topics');
    const assigned = assignSticky([one, two], [join('a', [one]), join('b', [one, two])]);
    expect(assigned.get('a')?.get('topic-1')).toBeUndefined();
    expect(assigned.get('b')?.get('topic-1')).toEqual([0, 1, 2, 3]);
    expect(spread(sizes(assigned, 'topic-0'))).toBe(0);
  });
});
