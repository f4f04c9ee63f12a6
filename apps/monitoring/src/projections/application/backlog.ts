import type { LogBatch, LogRecord, PartitionPosition, TopicPartition } from '@signalbox/kafka';
import type { Chunk } from './chunk.ts';
import { ChunkCursor, takeTogether } from './chunk-cursor.ts';

interface Queue {
  readonly of: TopicPartition;
  readonly chunks: Chunk[];
  /** Position after the last chunk taken in. */
  end: number;
  /** How many takes in a row have taken nothing of what it holds. */
  waits: number;
}

/** A few transactions: what belongs beside it is fetched meanwhile, unless there is nothing. */
const MAX_WAITS = 3;

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

  /** Of one partition. */
  recordsOf(of: TopicPartition): number {
    return this.#queues.get(keyOf(of))?.chunks.reduce((sum, { records }) => sum + records.length, 0) ?? 0;
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
      this.#queues.set(keyOf({ topic, partition }), {
        of: { topic, partition },
        chunks: [],
        end: offset,
        waits: 0,
      });
    }
  }

  /**
   * Up to `maxRecords`, oldest first; at least something when there is anything. A delivery and its facts lie in partitions
   * of the same number: these are taken up to the same time. A delivery whose facts come with it is a row written once, one
   * whose facts come later is written, read and written again. What one partition is ahead of the other is left for a few
   * takes at most: their times are of the clocks of two brokers.
   */
  take(maxRecords: number): readonly Chunk[] {
    const cursors = new Map<ChunkCursor, Queue>();
    for (const queue of this.#queues.values()) {
      const [first] = queue.chunks;
      if (first !== undefined) cursors.set(new ChunkCursor(queue.chunks, first), queue);
    }
    const groups = byAge([...cursors.keys()]);
    let left = maxRecords;
    for (const group of groups) {
      for (const cursor of group) {
        if ((cursors.get(cursor)?.waits ?? 0) >= MAX_WAITS) left -= takeTogether([cursor], left);
      }
      if (group.length > 1) left -= takeTogether(group, left);
    }
    if (left === maxRecords) for (const group of groups) left -= takeTogether(group, left);
    const taken: Chunk[] = [];
    for (const [cursor, queue] of cursors) {
      const chunk = cursor.finish();
      queue.waits = chunk === undefined ? queue.waits + 1 : 0;
      if (chunk === undefined) continue;
      taken.push(chunk);
      this.#forget(chunk);
    }
    return taken;
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
    const queue = { of, chunks: [], end: position, waits: 0 };
    this.#queues.set(key, queue);
    return queue;
  }

  #forget(chunk: Chunk): void {
    this.#records -= chunk.records.length;
    for (const record of chunk.records) this.#bytes -= bytesOf(record);
  }
}

/** By partition number, those that hold the oldest records first. */
function byAge(cursors: readonly ChunkCursor[]): readonly (readonly ChunkCursor[])[] {
  const groups = new Map<number, { readonly cursors: ChunkCursor[]; oldestMs: number }>();
  for (const cursor of cursors) {
    const atMs = cursor.nextMs;
    if (atMs === undefined) continue;
    const group = groups.get(cursor.partition);
    if (group === undefined) groups.set(cursor.partition, { cursors: [cursor], oldestMs: atMs });
    else {
      group.cursors.push(cursor);
      group.oldestMs = Math.min(group.oldestMs, atMs);
    }
  }
  return [...groups.values()].toSorted((left, right) => left.oldestMs - right.oldestMs).map((group) => group.cursors);
}

const keyOf = ({ topic, partition }: TopicPartition): string => `${topic}|${partition}`;

/** What a record holds beside its bytes is some hundred more. */
const OVERHEAD_BYTES = 300;

function bytesOf(record: LogRecord): number {
  return (record.value?.length ?? 0) + OVERHEAD_BYTES;
}
