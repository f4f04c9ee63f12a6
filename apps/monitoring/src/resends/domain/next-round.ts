/** How the latest round of a delivery stands, as its records and facts tell; times are Unix ms. */
export interface SeenRound {
  /** 0 is the event's own. */
  readonly round: number;
  readonly state: string;
  /** When that came to be; null while nothing has happened in it. */
  readonly atMs: number | null;
  readonly nextAtMs: number | null;
}

/** Null where no resend was ever asked for. */
export type HighestRequestedRound = number | null;

/** The rounds of a delivery that are known. */
export interface KnownRounds {
  readonly seen: SeenRound;
  readonly requested: HighestRequestedRound;
  /** When the highest one was asked for. */
  readonly requestedAtMs: number | null;
}

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

/**
 * Whether its latest round is a resend made after that time, so that a resend of many asked for then owes it none. A round
 * that nobody is known to have asked for was asked for in a database of which an older one was restored; when it ended is
 * what the log still tells of it.
 */
export function wasResentSince({ seen, requested, requestedAtMs }: KnownRounds, timeMs: number): boolean {
  if (seen.round === 0) return false;
  const resentAtMs = requested === seen.round ? requestedAtMs : seen.atMs;
  return resentAtMs !== null && resentAtMs > timeMs;
}
