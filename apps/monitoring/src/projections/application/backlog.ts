import type { LogBatch, LogRecord, PartitionPosition, TopicPartition } from '@signalbox/kafka';

/** Records of one partition in a row, and the positions they lie between. */
export interface Chunk extends TopicPartition {
  readonly from: number;
  readonly to: number;
  readonly records: readonly LogRecord[];
}

interface Queue {
  readonly of: TopicPartition;
  readonly chunks: Chunk[];
  /** Position after the last chunk taken in. */
  end: number;
}

/** What was read and is not projected yet, by partition and in order. */
export class Backlog {
  readonly #queues = new Map<string, Queue>();
  #records = 0;
  #bytes = 0;

  get records(): number {
    return this.#records;
  }

  get bytes(): number {
    return this.#bytes;
  }

  add({ topic, partition, position, records, nextPosition }: LogBatch): void {
    const queue = this.#queueOf({ topic, partition }, position);
    queue.chunks.push({ topic, partition, from: position, to: nextPosition, records });
    queue.end = nextPosition;
    this.#records += records.length;
    for (const record of records) this.#bytes += bytesOf(record);
  }

  /** A position that moved on without records. Unknown partitions are ignored: where they stood is not known. */
  advance({ topic, partition, offset }: PartitionPosition): void {
    const queue = this.#queues.get(keyOf({ topic, partition }));
    if (queue === undefined || offset <= queue.end) return;
    this.add({ topic, partition, position: queue.end, records: [], nextPosition: offset });
  }

  /** Tells where a partition begins, so that an advance can be placed. */
  open(positions: readonly PartitionPosition[]): void {
    for (const { topic, partition, offset } of positions) {
      this.drop({ topic, partition });
      this.#queues.set(keyOf({ topic, partition }), { of: { topic, partition }, chunks: [], end: offset });
    }
  }

  /** Up to `maxRecords`, one chunk of each partition after the other; at least one chunk when there is any. */
  take(maxRecords: number): readonly Chunk[] {
    const taken = new Map<Queue, Chunk>();
    let left = maxRecords;
    let hasMore = true;
    while (left > 0 && hasMore) {
      hasMore = false;
      for (const queue of this.#queues.values()) {
        const chunk = queue.chunks.shift();
        if (chunk === undefined) continue;
        const [part, rest] = cut(chunk, left);
        if (rest !== undefined) queue.chunks.unshift(rest);
        const before = taken.get(queue);
        taken.set(queue, before === undefined ? part : joined(before, part));
        this.#forget(part);
        left -= part.records.length;
        hasMore = true;
        if (left <= 0) break;
      }
    }
    return [...taken.values()];
  }

  /** Forgets what is queued of a partition. */
  drop(of: TopicPartition): void {
    const queue = this.#queues.get(keyOf(of));
    for (const chunk of queue?.chunks ?? []) this.#forget(chunk);
    this.#queues.delete(keyOf(of));
  }

  clear(): void {
    this.#queues.clear();
    this.#records = 0;
    this.#bytes = 0;
  }

  #queueOf(of: TopicPartition, position: number): Queue {
    const key = keyOf(of);
    const known = this.#queues.get(key);
    if (known !== undefined) return known;
    const queue = { of, chunks: [], end: position };
    this.#queues.set(key, queue);
    return queue;
  }

  #forget(chunk: Chunk): void {
    this.#records -= chunk.records.length;
    for (const record of chunk.records) this.#bytes -= bytesOf(record);
  }
}

/** The first `maxRecords` of a chunk, and what remains of it. */
export function cut(chunk: Chunk, maxRecords: number): readonly [Chunk, Chunk | undefined] {
  const first = chunk.records[maxRecords];
  if (first === undefined) return [chunk, undefined];
  const { records, ...rest } = chunk;
  return [
    { ...rest, to: first.offset, records: records.slice(0, maxRecords) },
    { ...rest, from: first.offset, records: records.slice(maxRecords) },
  ];
}

function joined(first: Chunk, second: Chunk): Chunk {
  return { ...first, to: second.to, records: [...first.records, ...second.records] };
}

const keyOf = ({ topic, partition }: TopicPartition): string => `${topic}|${partition}`;

/** What a record holds beside its bytes is some hundred more. */
const OVERHEAD_BYTES = 300;

function bytesOf(record: LogRecord): number {
  return (record.value?.length ?? 0) + OVERHEAD_BYTES;
}
