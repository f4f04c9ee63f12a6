/** How the latest round of a delivery stands, as its records and facts tell; times are Unix ms. */
export interface SeenRound {
  /** 0 is the event's own. */
  readonly round: number;
  readonly state: string;
  readonly nextAtMs: number | null;
}

/** Null where no resend was ever asked for. */
export type HighestRequestedRound = number | null;

export type NextRound =
  | { readonly kind: 'next'; readonly round: number }
  /** An attempt is still owed. Null: as soon as its turn comes. */
  | { readonly kind: 'open'; readonly nextAttemptAtMs: number | null };

const OPEN_STATES: readonly string[] = ['queued', 'retrying', 'waiting'];

/** Which round a resend would be: one above all that were asked for or seen, and none while one of them is open. */
export function nextRound(seen: SeenRound, requested: HighestRequestedRound): NextRound {
  // What was asked for and not seen yet is on its way.
  if (requested !== null && requested > seen.round) return { kind: 'open', nextAttemptAtMs: null };
  if (OPEN_STATES.includes(seen.state)) return { kind: 'open', nextAttemptAtMs: seen.nextAtMs };
  return { kind: 'next', round: seen.round + 1 };
}
