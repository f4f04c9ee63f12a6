import kafkajs, { type Cluster, type PartitionAssigner } from 'kafkajs';
import { assignCoPartitioned } from './co-partitioned-assignment.ts';
import { assignSticky, type AssignmentMember } from './sticky-assignment.ts';

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
        const assign = options.isCoPartitioned ? assignCoPartitioned : assignSticky;
        const answer = [...assign(topics, members)].map(([memberId, ofMember]) => {
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
