/** Where a record lay. */
export interface LogPlace {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
}

export const LETTER_STATUSES = ['open', 'redriven', 'dropped'] as const;
export type LetterStatus = (typeof LETTER_STATUSES)[number];

export const STAGES = ['router', 'sender', 'scheduler', 'projector', 'unknown'] as const;
/** Who put a record aside; `unknown` where the letter does not say. */
export type Stage = (typeof STAGES)[number];

/** Where a letter lies in `dead-letters`; what it is called by. */
export interface LetterId {
  readonly partition: number;
  readonly offset: number;
}

/** A record that was put aside, as it was put aside; times are Unix ms. */
export interface Letter extends LetterId {
  /** When it was appended to `dead-letters`. */
  readonly atMs: number;
  readonly reason: string;
  readonly message: string;
  readonly stage: Stage;
  /** Null where it does not say. */
  readonly source: LogPlace | null;
  readonly tenantId: string | null;
  readonly sizeBytes: number;
  readonly isCut: boolean;
  readonly key: Buffer | null;
}

/** Its value and its headers, a name once for each of its values. The header that says why it was put aside is not among them. */
export interface LetterRecord {
  readonly value: Buffer | null;
  readonly headers: readonly (readonly [name: string, value: Buffer])[];
}

/** What was decided about it. */
export interface Settlement {
  readonly status: LetterStatus;
  readonly by: string | null;
  readonly decidedAtMs: number | null;
}

export type SettledLetter = Letter & Settlement;

/** e.g. `0-42`. */
export function formatLetterId({ partition, offset }: LetterId): string {
  return `${partition}-${offset}`;
}

/** Undefined for what can be no letter's id. */
export function parseLetterId(text: string): LetterId | undefined {
  const [, partition, offset] = /^(\d{1,9})-(\d{1,15})$/.exec(text) ?? [];
  return partition === undefined || offset === undefined
    ? undefined
    : { partition: Number(partition), offset: Number(offset) };
}
