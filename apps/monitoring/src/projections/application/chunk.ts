import type { LogRecord, TopicPartition } from '@signalbox/kafka';

/** Records of one partition in a row, and the positions they lie between. */
export interface Chunk extends TopicPartition {
  readonly from: number;
  readonly to: number;
  readonly records: readonly LogRecord[];
}
