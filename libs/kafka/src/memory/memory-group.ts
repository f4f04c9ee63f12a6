import type { CommitEntry } from '../log-consumer.port.ts';
import type { TopicPartition } from '../log-record.ts';
import { assignCoPartitioned } from '../co-partitioned-assignment.ts';
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
  /** It can hear of a rebalance. */
  readonly isReachable: () => boolean;
  readonly held: () => readonly TopicPartition[];
  readonly join: (assigned: readonly TopicPartition[], memberId: string, generationId: number) => void;
}

const keyOf = ({ topic, partition }: TopicPartition): string => `${topic}/${partition}`;

/**
 * A consumer group: its members, its generation, its offsets. As in Kafka a rebalance waits until every member has asked
 * to join again, or has gone: until then the old generation may commit, and nobody knows what it will hold.
 */
export class MemoryGroup {
  readonly #store: MemoryStore;
  readonly #committed = new Map<string, CommittedEntry>();
  readonly #members = new Set<GroupMember>();
  /** Who is a member of the current generation; an expelled one is not, though it may be joining again. */
  #generation = new Set<GroupMember>();
  #generationId = 0;
  /** Who has asked to join the next generation; undefined while none is being prepared. */
  #asking: Set<GroupMember> | undefined;
  #named = 0;
  /** Partitions of the same number of all topics go to the same member. */
  isCoPartitioned = false;

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
    this.#ask(member);
  }

  remove(member: GroupMember): void {
    if (!this.#members.delete(member)) return;
    this.#generation.delete(member);
    this.#asking?.delete(member);
    this.rebalance();
    this.#beginGeneration();
  }

  has(member: GroupMember): boolean {
    return this.#members.has(member);
  }

  /** False when the member is of a generation that is over. */
  commit(member: GroupMember, generationId: number, entries: readonly CommitEntry[]): boolean {
    if (!this.#generation.has(member) || generationId !== this.#generationId) return false;
    for (const { offset, metadata, ...of } of entries) this.#committed.set(keyOf(of), { offset, metadata });
    return true;
  }

  /** Everybody is to join again. Each hears of it with a heartbeat. */
  rebalance(): void {
    if (this.#asking !== undefined) return;
    this.#asking = new Set();
    for (const member of this.#members) this.hear(member);
  }

  /** The member's next heartbeat tells it of a rebalance, if there is one. */
  hear(member: GroupMember): void {
    this.#store.clock.heartbeat(() => {
      if (member.isReachable()) this.#ask(member);
    });
  }

  #ask(member: GroupMember): void {
    if (this.#asking === undefined || !this.#members.has(member)) return;
    this.#asking.add(member);
    this.#beginGeneration();
  }

  #beginGeneration(): void {
    if (this.#asking === undefined || this.#asking.size < this.#members.size) return;
    this.#asking = undefined;
    this.#generation = new Set(this.#members);
    const generationId = ++this.#generationId;
    const assignment = this.#assign();
    for (const member of this.#members) {
      const { memberId } = member;
      const assigned = [...(assignment.get(memberId) ?? new Map<string, number[]>())].flatMap(([topic, partitions]) =>
        partitions.map((partition) => ({ topic, partition })),
      );
      this.#store.clock.schedule(() => {
        const isCurrent = this.#generation.has(member) && this.#generationId === generationId;
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
    return this.isCoPartitioned ? assignCoPartitioned(topics, members) : assignSticky(topics, members);
  }

  #name(): string {
    return `member-${String(++this.#named).padStart(4, '0')}`;
  }
}
