import type { PartitionPosition, TopicPartition } from '@signalbox/kafka';
import type { Letter, LetterRecord } from '../domain/letter.ts';

export interface LetterBatch extends TopicPartition {
  /** Where the projection stands, and where it stands after this batch. */
  readonly from: number;
  readonly to: number;
  readonly letters: readonly (Letter & LetterRecord)[];
}

/** The table of dead letters, with how far the topic is in it. */
export interface LetterProjection {
  /** The position of each partition; one that has none yet is given `logStart`. */
  locate(
    partitions: readonly (TopicPartition & { readonly logStart: number })[],
  ): Promise<readonly PartitionPosition[]>;
  /** Rows and position in one transaction (invariant 6). Answers where the partition stands when it is not at `from`. */
  project(batch: LetterBatch): Promise<'projected' | { readonly standsAt: number }>;
  /** Forgets letters that are older, by the database's clock. Answers how many. */
  forget(keptMs: number): Promise<number>;
}

export interface LettersObserver {
  onProjected(letters: readonly Pick<Letter, 'reason' | 'stage'>[]): void;
  /** The database did not answer; it is asked again. */
  onFailed(error: unknown): void;
}
