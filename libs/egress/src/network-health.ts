/** A refusal may come within a millisecond: so long a time before it tells of the network as well. */
const LOOK_BACK_MS = 10_000;
/** So many origins do not go away together by themselves; fewer may, and are all that a small system sends to. */
const TOGETHER = 3;
/** An origin that was last connected to before this counts as one that had gone before. */
const LATELY_MS = 3_600_000;
/** After so long without contact with anybody nothing is put down to our network any more. */
const LONGEST_MS = 6 * 3_600_000;
/** Origins that are remembered. */
const MAX_ORIGINS = 10_000;

/** `no-route`: this machine knows no way to the address. `no-contact`: it was sent to, and no connection came about. */
export type Unreached = 'no-route' | 'no-contact';

/**
 * Tells an endpoint's trouble from our own network's (docs/adr/0021). Both look alike from one attempt, and a customer must
 * neither be charged while nothing goes out at all nor be excused for ever by an endpoint that is down, also where it is the
 * only one. So what counts is what came of the others meanwhile. Times by `performance.now()`.
 */
export class NetworkHealth {
  #contactAtMs = -Infinity;
  #troubleAtMs = -Infinity;
  /** When each was last known to be connected to; the latest come last. */
  readonly #reached = new Map<string, number>();
  /** Origins that were there lately and were not connected to since the last contact with anybody. */
  readonly #gone = new Set<string>();

  /** Something was read from an endpoint. This runs for every delivery. */
  noteAnswer(atMs: number): void {
    if (atMs > this.#contactAtMs) this.#contactAtMs = atMs;
  }

  /** A connection came about. */
  noteConnected(origin: string, nowMs = performance.now()): void {
    this.noteAnswer(nowMs);
    this.noteReached(origin, nowMs);
  }

  /** It was connected to until now. */
  noteReached(origin: string, nowMs = performance.now()): void {
    this.#reached.delete(origin);
    this.#reached.set(origin, nowMs);
    if (this.#reached.size <= MAX_ORIGINS) return;
    const [longest] = this.#reached.keys();
    if (longest !== undefined) this.#reached.delete(longest);
  }

  /**
   * Takes note that no connection to the origin came about, and says whether our own network is to blame.
   *
   * @param sinceMs when it was begun to be made.
   */
  isToBlame(what: Unreached, origin: string, sinceMs: number, nowMs = performance.now()): boolean {
    if (this.#contactAtMs > this.#troubleAtMs) this.#gone.clear();
    this.#troubleAtMs = nowMs;
    const wasThere = (this.#reached.get(origin) ?? -Infinity) > nowMs - LATELY_MS;
    if (wasThere) this.#gone.add(origin);
    if (this.#contactAtMs >= Math.min(sinceMs, nowMs - LOOK_BACK_MS)) return false;
    const isAlone = this.#contactAtMs <= nowMs - LONGEST_MS;
    if (what === 'no-route') return wasThere || isAlone;
    return this.#gone.size >= TOGETHER && !isAlone;
  }
}
