import type { ICustomPartitioner, PartitionMetadata } from 'kafkajs';
import { partitionOfKey } from './murmur2.ts';
import type { QueuedRecord } from './flight.ts';

/**
 * Decides the partition of each record, once: kafkajs asks its partitioner again on every retry, and a record must not
 * move when partitions were added in between. The partitioner is also the only place where kafkajs shows a producer the
 * topic's partitions and their leaders, so they are kept here.
 */
export class PartitionPlacement {
  readonly #metadata = new Map<string, readonly PartitionMetadata[]>();
  readonly #leaders = new Map<string, readonly number[]>();
  #turn = 0;

  readonly partitioner: ICustomPartitioner =
    () =>
    ({ topic, partitionMetadata, message }) => {
      if (this.#metadata.get(topic) !== partitionMetadata) {
        this.#metadata.set(topic, partitionMetadata);
        this.#leaders.delete(topic);
      }
      return this.#place(message as QueuedRecord, partitionMetadata.length);
    };

  /** Places the record where the topic is known already. Undefined before the first record was sent to it. */
  place(record: QueuedRecord): number | undefined {
    if (record.partition !== undefined) return record.partition;
    const metadata = this.#metadata.get(record.topic);
    return metadata === undefined ? undefined : this.#place(record, metadata.length);
  }

  /** The broker that led the partition when the topic's metadata was last seen. */
  leaderOf(topic: string, partition: number | undefined): number | undefined {
    if (partition === undefined) return undefined;
    const leader = (this.#leaders.get(topic) ?? this.#indexLeaders(topic))[partition] ?? -1;
    return leader < 0 ? undefined : leader;
  }

  #indexLeaders(topic: string): readonly number[] {
    const leaders: number[] = [];
    for (const { partitionId, leader } of this.#metadata.get(topic) ?? []) leaders[partitionId] = leader;
    this.#leaders.set(topic, leaders);
    return leaders;
  }

  #place(record: QueuedRecord, count: number): number {
    if (record.partition !== undefined) return record.partition;
    record.partition = record.key === null ? this.#turn++ % count : partitionOfKey(record.key, count);
    return record.partition;
  }
}
