import { partitionOfKey } from '../murmur2.ts';
import type { Appended, OutgoingRecord } from '../log-producer.port.ts';
import type { LogHeaders, LogRecord } from '../log-record.ts';
import { MemoryPartition } from './memory-partition.ts';

export interface MemoryClock {
  /** Unix ms; the append time of records. */
  readonly now: () => number;
  /** Runs the task later, tasks in the order given. All that happens in the log happens in such a task. */
  readonly schedule: (task: () => void) => void;
  /** The same with a member's next heartbeat. */
  readonly heartbeat: (task: () => void) => void;
}

const toBuffer = (value: Buffer | string | null): Buffer | null =>
  typeof value === 'string' ? Buffer.from(value) : value;

/** Headers come back from Kafka as bytes, whatever they were given as. */
function toHeaders(headers: LogHeaders = {}): LogHeaders {
  const copy: Record<string, Buffer | Buffer[]> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value === undefined) continue;
    copy[name] =
      typeof value === 'string' || Buffer.isBuffer(value) ? Buffer.from(value) : value.map((item) => Buffer.from(item));
  }
  return copy;
}

/** The topics and their records. */
export class MemoryStore {
  readonly clock: MemoryClock;
  readonly #topics = new Map<string, readonly MemoryPartition[]>();
  #turn = 0;

  constructor(clock: MemoryClock) {
    this.clock = clock;
  }

  createTopic(name: string, partitions: number): void {
    if (this.#topics.has(name)) throw new Error(`the topic ${name} is there already`);
    this.#topics.set(
      name,
      Array.from({ length: partitions }, () => new MemoryPartition()),
    );
  }

  partitions(topic: string): readonly MemoryPartition[] {
    const partitions = this.#topics.get(topic);
    if (partitions === undefined) throw new Error(`there is no topic ${topic}`);
    return partitions;
  }

  partition(topic: string, partition: number): MemoryPartition {
    const found = this.partitions(topic)[partition];
    if (found === undefined) throw new RangeError(`${topic} has no partition ${partition}`);
    return found;
  }

  append(outgoing: OutgoingRecord): Appended {
    const partition = outgoing.partition ?? this.#place(outgoing);
    const { offset } = this.partition(outgoing.topic, partition).append((at): LogRecord => ({
      topic: outgoing.topic,
      partition,
      offset: at,
      timestampMs: this.clock.now(),
      key: toBuffer(outgoing.key),
      value: toBuffer(outgoing.value),
      headers: toHeaders(outgoing.headers),
    }));
    return { partition, offset };
  }

  #place({ topic, key }: OutgoingRecord): number {
    const count = this.partitions(topic).length;
    return key === null ? this.#turn++ % count : partitionOfKey(key, count);
  }
}
