import {
  assignSticky,
  type AssignmentMember,
  type AssignmentTopic,
  type MemberPartitions,
} from './sticky-assignment.ts';

/** All topics as one, so that a number's partitions stay together. */
const UNITED = '*';

/** As {@link assignSticky}, with the partitions of one number of all topics at the same member. */
export function assignCoPartitioned(
  topics: readonly AssignmentTopic[],
  members: readonly AssignmentMember[],
): Map<string, MemberPartitions> {
  const numbers = [...new Set(topics.flatMap(({ partitions }) => partitions))];
  const united = assignSticky([{ name: UNITED, partitions: numbers }], members.map(unite));
  return new Map([...united].map(([memberId, partitions]) => [memberId, separate(partitions, topics)]));
}

function unite(member: AssignmentMember): AssignmentMember {
  return { ...member, topics: [UNITED], owned: new Map([[UNITED, [...new Set([...member.owned.values()].flat())]]]) };
}

function separate(united: MemberPartitions, topics: readonly AssignmentTopic[]): MemberPartitions {
  const numbers = new Set(united.get(UNITED));
  return new Map(topics.map(({ name, partitions }) => [name, partitions.filter((number) => numbers.has(number))]));
}
