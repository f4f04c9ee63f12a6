import type { PartitionPosition, TopicPartition } from '@signalbox/kafka';
import type { Chunk } from './chunk.ts';
import { cut } from './chunk.ts';
import { BatchFold } from './batch-fold.ts';
import type { DeadLetters, UnreadableRecord } from './dead-letters.port.ts';
import type { ReadableRecord } from './projected-record.ts';
import { readDelivery, readFact } from './projected-record.ts';
import type { ReadModels } from './read-models.port.ts';
import { RefusedData } from './read-models.port.ts';

export interface ProjectChunksDeps {
  /** Full name of the topic; every other topic holds facts. */
  readonly deliveriesTopic: string;
  readonly readModels: ReadModels;
  readonly deadLetters: DeadLetters;
  /** Deliveries first scheduled before, Unix ms, are not kept any more at that time. */
  readonly keptSinceMs: (nowMs: number) => number;
}

export interface ChunksProjected {
  /** How many records of each kind were projected. */
  readonly kinds: ReadonlyMap<string, number>;
  readonly deadLetters: number;
  /** Records of deliveries that are not kept any more: left out. */
  readonly outlived: number;
  /** Partitions that stand elsewhere than they should; nothing of them was projected. */
  readonly overtaken: readonly PartitionPosition[];
}

/**
 * Projects chunks in one transaction. Records that cannot be read go to the dead letters; when the database refuses the
 * values of a batch, it is halved until the record at fault is found, and that one goes there too. Rejects when the database
 * or Kafka is not available: what was not projected may be tried again.
 */
export async function projectChunks(deps: ProjectChunksDeps, chunks: readonly Chunk[]): Promise<ChunksProjected> {
  const kinds = new Map<string, number>();
  const overtaken: PartitionPosition[] = [];
  let deadLetters = 0;
  let outlived = 0;

  async function project(part: readonly Chunk[], refused: readonly UnreadableRecord[] = []): Promise<void> {
    if (part.length === 0) return;
    const { readable, unreadable, kept } = readAll(part, deps.deliveriesTopic);
    let current: readonly ReadableRecord[] = [];
    const aside = [...refused, ...unreadable];
    try {
      const projected = await deps.readModels.project(part, async (projection) => {
        const keptSinceMs = deps.keptSinceMs(projection.nowMs);
        current = readable.filter((record) => timeOf(record) >= keptSinceMs);
        const fold = new BatchFold(current);
        const contested = fold.setKnown(await projection.known(fold.deliveryIds(), keptSinceMs));
        await projection.write(fold.changes(await projection.attempts(contested)));
        // Last: while the database is away and the batch tried again and again, nothing is put aside twice.
        if (aside.length > 0) await deps.deadLetters.putAside(aside);
      });
      if (projected.kind === 'overtaken') {
        overtaken.push(...projected.positions);
        const isKept = (of: TopicPartition): boolean => !projected.positions.some((lost) => isSamePartition(lost, of));
        await project(
          part.filter(isKept),
          refused.filter(({ record }) => isKept(record)),
        );
        return;
      }
    } catch (error) {
      if (!(error instanceof RefusedData)) throw error;
      await divide(kept, aside, error);
      return;
    }
    deadLetters += aside.length;
    outlived += readable.length - current.length;
    for (const record of current) count(kinds, record.kind === 'fact' ? record.fact.kind : record.kind);
  }

  async function divide(
    part: readonly Chunk[],
    aside: readonly UnreadableRecord[],
    refusal: RefusedData,
  ): Promise<void> {
    const [record, another] = part.flatMap(({ records }) => records.slice(0, 2));
    if (record === undefined) throw refusal;
    if (another === undefined) {
      const withoutIt = part.map((chunk) => ({ ...chunk, records: [] }));
      await project(withoutIt, [...aside, { record, message: `it cannot be stored: ${refusal.message}` }]);
      return;
    }
    const [first, second] = halvesOf(part);
    await project(first, aside);
    await project(second);
  }

  await project(chunks);
  return { kinds, deadLetters, outlived, overtaken };
}

interface AllRead {
  readonly readable: readonly ReadableRecord[];
  readonly unreadable: readonly UnreadableRecord[];
  /** The chunks without what is unreadable. */
  readonly kept: readonly Chunk[];
}

function readAll(chunks: readonly Chunk[], deliveriesTopic: string): AllRead {
  const readable: ReadableRecord[] = [];
  const unreadable: UnreadableRecord[] = [];
  const kept = chunks.map((chunk) => {
    const read = chunk.topic === deliveriesTopic ? readDelivery : readFact;
    const records = chunk.records.filter((record) => {
      const projected =
        record.fault === undefined ? read(record) : { kind: 'unreadable' as const, message: record.fault.message };
      if (projected.kind === 'unreadable') unreadable.push({ record, message: projected.message });
      else readable.push(projected);
      return projected.kind !== 'unreadable';
    });
    return { ...chunk, records };
  });
  return { readable, unreadable, kept };
}

/** What decides whether a record is too old to be kept: its delivery's first scheduling, or when a breaker changed. */
function timeOf(record: ReadableRecord): number {
  if (record.kind === 'delivery') return record.delivery.firstScheduledAtMs;
  const { fact } = record;
  return fact.kind === 'breaker-changed' ? fact.atMs : fact.firstScheduledAtMs;
}

/** Two parts that hold half of the records each. */
function halvesOf(part: readonly Chunk[]): readonly [readonly Chunk[], readonly Chunk[]] {
  const total = part.reduce((sum, { records }) => sum + records.length, 0);
  let left = Math.floor(total / 2);
  const first: Chunk[] = [];
  const second: Chunk[] = [];
  for (const chunk of part) {
    const { records } = chunk;
    if (left === 0) second.push(chunk);
    else if (records.length <= left) first.push(chunk);
    else {
      const [head, tail] = cut(chunk, left);
      first.push(head);
      if (tail !== undefined) second.push(tail);
    }
    left = Math.max(0, left - records.length);
  }
  return [first, second];
}

function isSamePartition(left: TopicPartition, right: TopicPartition): boolean {
  return left.topic === right.topic && left.partition === right.partition;
}

function count(kinds: Map<string, number>, kind: string): void {
  kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
}
