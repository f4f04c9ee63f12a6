import type { RedrivenRecord } from '../domain/redrive.ts';

/** The logs that records came from. */
export interface SourceLog {
  /** Resolves when all in-sync replicas have it. Rejects with {@link NotAppendedInTime}. */
  append(record: RedrivenRecord): Promise<void>;
}

/** Kafka did not take a record in time. It may have it all the same. */
export class NotAppendedInTime extends Error {
  readonly code = 'dead_letters.not_appended';

  constructor(topic: string, withinMs: number) {
    super(`Kafka has not taken the record into ${topic} within ${withinMs / 1_000} s`);
    this.name = 'NotAppendedInTime';
  }
}
