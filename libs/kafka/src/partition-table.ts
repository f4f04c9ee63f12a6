import type { TopicPartition } from './log-record.ts';

/** What a consumer knows about one assigned partition. */
export interface AssignedState extends TopicPartition {
  /** The next offset to hand over. Meaningless before `isLocated`. */
  position: number;
  /** Located after the last join: may be handed over and resumed. */
  isLocated: boolean;
  /** Held without a break since it was located: the group's offset is ours to move. */
  isCommittable: boolean;
  /** The handler wants no more of it for now. */
  isPaused: boolean;
  /** Where the last answered fetch began. */
  fetchOffset: number;
  /** Where a batch began that could not be read, and is fetched again; -1 where there is none. */
  doubtedAt: number;
  /** When a fetch of it was last answered, or when it became fetchable. */
  lastFetchAtMs: number;
}

/** The assigned partitions, found by topic and number without building keys. */
export class PartitionTable {
  #topics = new Map<string, (AssignedState | undefined)[]>();
  #all: AssignedState[] = [];

  find(topic: string, partition: number): AssignedState | undefined {
    return this.#topics.get(topic)?.[partition];
  }

  all(): readonly AssignedState[] {
    return this.#all;
  }

  /** Takes over a new assignment, nothing of it located; returns what was held and is not any more. */
  replace(assigned: readonly TopicPartition[], isContinuous: boolean): TopicPartition[] {
    const before = this.#all;
    const old = this.#topics;
    this.#topics = new Map();
    this.#all = assigned.map(({ topic, partition }) => ({
      topic,
      partition,
      position: -1,
      isLocated: false,
      isCommittable: isContinuous && (old.get(topic)?.[partition]?.isCommittable ?? false),
      isPaused: false,
      fetchOffset: -1,
      doubtedAt: -1,
      lastFetchAtMs: 0,
    }));
    for (const state of this.#all) {
      const ofTopic = this.#topics.get(state.topic) ?? [];
      ofTopic[state.partition] = state;
      this.#topics.set(state.topic, ofTopic);
    }
    return before
      .filter(({ topic, partition }) => this.find(topic, partition) === undefined)
      .map(({ topic, partition }) => ({ topic, partition }));
  }
}
