import kafkajs, { type Cluster, type PartitionAssigner } from 'kafkajs';
import {
  assignSticky,
  type AssignmentMember,
  type AssignmentTopic,
  type MemberPartitions,
} from './sticky-assignment.ts';

const { MemberAssignment, MemberMetadata } = kafkajs.AssignerProtocol;

export interface Holding {
  readonly owned: ReadonlyMap<string, readonly number[]>;
  readonly generationId: number;
}

export interface AssignerOptions {
  /** Partitions of the same number of all topics go to the same member. */
  readonly isCoPartitioned: boolean;
  /** What this member holds now. */
  readonly holding: () => Holding;
  readonly onCluster: (cluster: Cluster) => void;
}

const encodeHolding = ({ owned, generationId }: Holding): Buffer =>
  Buffer.from(JSON.stringify({ generationId, owned: Object.fromEntries(owned) }));

function decodeHolding(userData: Buffer | null): Holding {
  try {
    const parsed = JSON.parse(String(userData)) as { generationId: number; owned: Record<string, number[]> };
    return { generationId: parsed.generationId, owned: new Map(Object.entries(parsed.owned)) };
  } catch {
    // A member that says nothing readable holds nothing.
    return { generationId: -1, owned: new Map() };
  }
}

/** All topics as one, so that a number's partitions stay together. */
const UNITED = '*';

const unite = (topics: readonly AssignmentTopic[]): AssignmentTopic[] => [
  { name: UNITED, partitions: [...new Set(topics.flatMap(({ partitions }) => partitions))] },
];

const uniteMember = (member: AssignmentMember): AssignmentMember => ({
  ...member,
  topics: [UNITED],
  owned: new Map([[UNITED, [...new Set([...member.owned.values()].flat())]]]),
});

const separate = (united: MemberPartitions, topics: readonly AssignmentTopic[]): MemberPartitions => {
  const numbers = new Set(united.get(UNITED));
  return new Map(topics.map(({ name, partitions }) => [name, partitions.filter((number) => numbers.has(number))]));
};

/** The sticky assignment as a kafkajs assigner. kafkajs makes it together with the consumer and hands over its cluster. */
export function stickyAssigner(options: AssignerOptions): PartitionAssigner {
  const name = options.isCoPartitioned ? 'signalbox-sticky-copartitioned' : 'signalbox-sticky';
  return ({ cluster }) => {
    options.onCluster(cluster);
    return {
      name,
      version: 0,
      protocol: ({ topics }) => ({
        name,
        metadata: MemberMetadata.encode({ version: 0, topics, userData: encodeHolding(options.holding()) }),
      }),
      assign: ({ members: joined, topics: names }) => {
        const members = joined.map(({ memberId, memberMetadata }): AssignmentMember => {
          const metadata = MemberMetadata.decode(memberMetadata);
          return { memberId, topics: metadata?.topics ?? [], ...decodeHolding(metadata?.userData ?? null) };
        });
        const topics = names.map((topic) => ({
          name: topic,
          partitions: cluster.findTopicPartitionMetadata(topic).map(({ partitionId }) => partitionId),
        }));
        const assigned = options.isCoPartitioned
          ? assignSticky(unite(topics), members.map(uniteMember))
          : assignSticky(topics, members);
        const answer = [...assigned].map(([memberId, partitions]) => {
          const ofMember = options.isCoPartitioned ? separate(partitions, topics) : partitions;
          const assignment = Object.fromEntries([...ofMember].filter(([, numbers]) => numbers.length > 0));
          return {
            memberId,
            memberAssignment: MemberAssignment.encode({ version: 0, assignment, userData: Buffer.alloc(0) }),
          };
        });
        return Promise.resolve(answer);
      },
    };
  };
}
