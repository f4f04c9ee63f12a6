import type { LogConsumerOptions } from '../log-consumer.port.ts';
import type { Appended, OutgoingRecord } from '../log-producer.port.ts';
import type { LogRecord, TopicPartition } from '../log-record.ts';
import { MemoryConsumer } from './memory-consumer.ts';
import { MemoryGroup, type CommittedEntry } from './memory-group.ts';
import { MemoryProducer, type MemoryProducerOptions } from './memory-producer.ts';
import { MemoryFollower, MemoryTailReader, type MemoryFollowerOptions } from './memory-reader.ts';
import { MemoryStore, type MemoryClock } from './memory-store.ts';

/**
 * A Kafka in memory, behind the same ports and through the same conformance suites as the real one. Deterministic: with a
 * `schedule` of the caller's own, everything happens in the order of its tasks and at its time.
 */
export class MemoryLog {
  readonly #store: MemoryStore;
  readonly #groups = new Map<string, MemoryGroup>();

  constructor(clock: Partial<MemoryClock> = {}) {
    const { now = Date.now, schedule = (task) => void setImmediate(task), heartbeat = schedule } = clock;
    this.#store = new MemoryStore({ now, schedule, heartbeat });
  }

  createTopic(name: string, partitions: number): void {
    this.#store.createTopic(name, partitions);
  }

  append(record: OutgoingRecord): Appended {
    return this.#store.append(record);
  }

  /** A transaction's records in one partition, and the marker behind them. Nobody sees the records of an aborted one. */
  transaction(of: TopicPartition, values: readonly string[], outcome: 'commit' | 'abort'): void {
    const log = this.#store.partition(of.topic, of.partition);
    if (outcome === 'abort') log.appendHidden(values.length);
    else for (const value of values) this.append({ ...of, key: null, value });
    log.appendHidden(1);
  }

  /** Retention. */
  deleteBefore(of: TopicPartition, offset: number): void {
    this.#store.partition(of.topic, of.partition).deleteBefore(offset);
  }

  /** While its leader is away nothing is read of a partition. */
  setAway(of: TopicPartition, isAway: boolean): void {
    this.#store.partition(of.topic, of.partition).setAway(isAway);
  }

  /** Compaction: what `shouldRemove` names is gone, its offsets stay unused. */
  remove(of: TopicPartition, shouldRemove: (record: LogRecord) => boolean): void {
    this.#store.partition(of.topic, of.partition).remove(shouldRemove);
  }

  /** All that a reader can see of a partition. */
  records({ topic, partition }: TopicPartition): readonly LogRecord[] {
    const log = this.#store.partition(topic, partition);
    return log.read(log.start, Number.POSITIVE_INFINITY)?.records ?? [];
  }

  committed(groupId: string, of: TopicPartition): CommittedEntry | undefined {
    return this.#group(groupId).committed(of);
  }

  setCommitted(groupId: string, of: TopicPartition, entry: CommittedEntry): void {
    this.#group(groupId).setCommitted(of, entry);
  }

  /** A rebalance for no reason of the members'. */
  rebalance(groupId: string): void {
    this.#group(groupId).rebalance();
  }

  /** `isCoPartitioned`: partitions of the same number of all topics go to the same member of its group. */
  consumer(options: LogConsumerOptions & { readonly isCoPartitioned?: boolean }): MemoryConsumer {
    const group = this.#group(options.groupId);
    if (options.isCoPartitioned === true) group.isCoPartitioned = true;
    return new MemoryConsumer(this.#store, group, options);
  }

  producer(options?: MemoryProducerOptions): MemoryProducer {
    return new MemoryProducer(this.#store, options);
  }

  tailReader(topic: string): MemoryTailReader {
    return new MemoryTailReader(this.#store, topic);
  }

  follower(options: MemoryFollowerOptions): MemoryFollower {
    return new MemoryFollower(this.#store, options);
  }

  #group(groupId: string): MemoryGroup {
    let group = this.#groups.get(groupId);
    if (group === undefined) this.#groups.set(groupId, (group = new MemoryGroup(this.#store)));
    return group;
  }
}
