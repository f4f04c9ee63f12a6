import type { CommitEntry } from '../log-consumer.port.ts';
import type { TopicPartition } from '../log-record.ts';
import { assignSticky, type MemberPartitions } from '../sticky-assignment.ts';
import type { MemoryStore } from './memory-store.ts';

export interface CommittedEntry {
  readonly offset: number;
  readonly metadata: string;
}

/** A member as its group sees it. */
export interface GroupMember {
  memberId: string;
  generationId: number;
  readonly topics: readonly string[];
  readonly held: () => readonly TopicPartition[];
  readonly join: (assigned: readonly TopicPartition[], memberId: string, generationId: number) => void;
}

const keyOf = ({ topic, partition }: TopicPartition): string => `${topic}/${partition}`;

/** A consumer group: its members, its generation, its offsets. */
export class MemoryGroup {
  readonly #store: MemoryStore;
  readonly #committed = new Map<string, CommittedEntry>();
  readonly #members = new Set<GroupMember>();
  #generationId = 0;
  #named = 0;

  constructor(store: MemoryStore) {
    this.#store = store;
  }

  committed(of: TopicPartition): CommittedEntry | undefined {
    return this.#committed.get(keyOf(of));
  }

  /** As an operator does it, whoever is a member. */
  setCommitted(of: TopicPartition, entry: CommittedEntry): void {
    this.#committed.set(keyOf(of), entry);
  }

  add(member: GroupMember): void {
    member.memberId = this.#name();
    this.#members.add(member);
    this.rebalance();
  }

  remove(member: GroupMember): void {
    if (this.#members.delete(member)) this.rebalance();
  }

  /** The member was silent for too long: the others get its partitions, and it comes back under a new name. */
  expel(member: GroupMember): void {
    if (!this.#members.delete(member)) return;
    this.rebalance();
    this.add(member);
  }

  has(member: GroupMember): boolean {
    return this.#members.has(member);
  }

  /** False when the member is of a generation that is over. */
  commit(member: GroupMember, generationId: number, entries: readonly CommitEntry[]): boolean {
    if (!this.#members.has(member) || generationId !== this.#generationId) return false;
    for (const { offset, metadata, ...of } of entries) this.#committed.set(keyOf(of), { offset, metadata });
    return true;
  }

  /** A new generation: everybody joins again, one task each. */
  rebalance(): void {
    const generationId = ++this.#generationId;
    const assignment = this.#assign();
    for (const member of this.#members) {
      const { memberId } = member;
      const assigned = [...(assignment.get(memberId) ?? new Map<string, number[]>())].flatMap(([topic, partitions]) =>
        partitions.map((partition) => ({ topic, partition })),
      );
      this.#store.clock.schedule(() => {
        const isCurrent = this.#members.has(member) && this.#generationId === generationId;
        if (isCurrent && member.memberId === memberId) member.join(assigned, memberId, generationId);
      });
    }
  }

  #assign(): Map<string, MemberPartitions> {
    const names = new Set([...this.#members].flatMap(({ topics }) => topics));
    const topics = [...names].map((name) => ({ name, partitions: [...this.#store.partitions(name).keys()] }));
    const members = [...this.#members].map(({ memberId, topics: subscribed, generationId, held }) => {
      const owned = new Map<string, number[]>();
      for (const { topic, partition } of held()) owned.set(topic, [...(owned.get(topic) ?? []), partition]);
      return { memberId, topics: subscribed, generationId, owned };
    });
    return assignSticky(topics, members);
  }

  #name(): string {
    return `member-${String(++this.#named).padStart(4, '0')}`;
  }
}
