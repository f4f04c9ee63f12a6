import type { LetterId, LetterRecord, LetterStatus, SettledLetter } from '../domain/letter.ts';

export const LETTERS = Symbol('Letters');

/** Longer than Kafka is waited for. */
export const HELD_FOR_MS = 20_000;

/** A place in the list, newest first. */
export interface LetterCursor extends LetterId {
  readonly atMs: number;
}

export interface LetterQuery {
  /** Empty: all. */
  readonly reasons: readonly string[];
  readonly status: LetterStatus | null;
  /** Unix ms, inclusive. */
  readonly fromMs: number | null;
  readonly toMs: number | null;
  readonly after: LetterCursor | null;
  readonly limit: number;
}

export interface Decision {
  readonly status: Exclude<LetterStatus, 'open'>;
  readonly by: string;
  readonly atMs: number;
}

/** What is known of the dead letters. */
export interface Letters {
  /** Newest first, one more than asked when there are more. */
  page(query: LetterQuery): Promise<readonly SettledLetter[]>;
  one(id: LetterId): Promise<(SettledLetter & LetterRecord) | undefined>;
  /**
   * Holds an open letter against every other decision, runs `work`, and writes down the decision when `work` answers true.
   * Answers the letter as it is then. When `work` rejects nothing is written. `work` must end within {@link HELD_FOR_MS}; a
   * process that dies holds the letter no longer either. No connection is held meanwhile.
   */
  settle(
    id: LetterId,
    decision: Decision,
    work: (letter: SettledLetter & LetterRecord) => Promise<boolean>,
  ): Promise<SettledLetter | 'absent' | 'held by another'>;
}
