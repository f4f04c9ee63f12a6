import type { LogRecord, TopicPartition } from '@signalbox/kafka';

/** Records of one partition in a row, and the positions they lie between. */
export interface Chunk extends TopicPartition {
  readonly from: number;
  readonly to: number;
  readonly records: readonly LogRecord[];
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
