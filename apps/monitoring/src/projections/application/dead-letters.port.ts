import type { LogRecord } from '@signalbox/kafka';

export interface UnreadableRecord {
  readonly record: LogRecord;
  /** Field, why, and what would be right. */
  readonly message: string;
}

/** Puts records aside that cannot be projected. */
export interface DeadLetters {
  /** Resolves when all of them are acknowledged, so that the projection may go on without them. */
  putAside(records: readonly UnreadableRecord[]): Promise<void>;
}
