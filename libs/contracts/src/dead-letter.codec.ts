import type { RecordHeaders } from './delivery.codec.ts';
import { textOf } from './delivery.codec.ts';

/** Why a record was put aside, and where it came from. The record itself keeps its key, value and headers. */
export interface DeadLetter {
  /** Stable, for programs. */
  readonly reason: DeadLetterReason;
  /** For people: field, why, and what would be right. */
  readonly message: string;
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly by: 'router' | 'sender' | 'scheduler' | 'projector';
  readonly atMs: number;
}

export const DEAD_LETTER_REASONS = [
  'not-json',
  'not-utf8',
  'not-an-object',
  'missing-event',
  'unknown-event',
  'carries-hook-id',
  'too-large',
  'bad-header',
  'unreadable',
] as const;
export type DeadLetterReason = (typeof DEAD_LETTER_REASONS)[number];

const DEAD_LETTER_HEADER = 'dead-letter';

export function encodeDeadLetter(letter: DeadLetter): Record<string, string> {
  return { [DEAD_LETTER_HEADER]: JSON.stringify(letter) };
}

export function decodeDeadLetter(headers: RecordHeaders): DeadLetter | undefined {
  const text = textOf(headers[DEAD_LETTER_HEADER]);
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as DeadLetter;
  } catch {
    return undefined;
  }
}
