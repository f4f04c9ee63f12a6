import { performance } from 'node:perf_hooks';
import type { ConnectionSeeker } from './connection-seeker.ts';

/** Opens connections to one origin. */
export interface Opener {
  openFor(seeker: ConnectionSeeker): void;
}

/** Those that wait for connections to one origin. */
interface Line {
  readonly costMs: number;
  readonly seekers: Set<ConnectionSeeker>;
  /** Goes on where it was: from their beginning it would pass by all that were served long ago. */
  readonly inOrder: Iterator<ConnectionSeeker, undefined>;
}

/** How long an event loop has waited for something to do, and how long it was at work, in ms since it began. */
export interface LoopTimes {
  readonly idle: number;
  readonly active: number;
}

/** What one takes of a CPU, in ms: by TLS, and without. */
const COST_MS = { 'https:': 1, 'http:': 1 / 8 } as const;
/** A loop with nothing else to do spends itself on them, one that is busy a tenth of itself. */
const BUSY_SHARE = 0.1;
const MOST_SAVED_MS = 16;
const TICK_MS = 2;
/** Who has waited longer may have half of the loop, however busy it is. */
const LONG_WAIT_MS = 1_000;
const OVERDUE_SHARE = 0.5;

/**
 * How fast connections are opened to origins that have some already. A process that has all it can do sends no more by having
 * more connections: each costs it as much as some POSTs, by TLS as twenty, while those it has become free all the time. So what
 * its loop has idle goes on them, and little else. It waits for no other side: what is open or hangs elsewhere changes nothing,
 * and origins take turns (invariant 4).
 */
export class OpeningPace {
  readonly #loop: () => LoopTimes;
  readonly #now: () => number;
  /** Since when each waits, and for which origin; who waits longest comes first. */
  readonly #waiting = new Map<ConnectionSeeker, { readonly opener: Opener; readonly sinceMs: number }>();
  /** The same by origin, in the order of their turns. */
  readonly #lines = new Map<Opener, Line>();
  #seen: LoopTimes;
  #savedMs = MOST_SAVED_MS;
  #isTicking = false;
  #tickedAtMs = 0;

  /** @param now ms of any clock. */
  constructor(loop: () => LoopTimes = () => performance.eventLoopUtilization(), now = () => performance.now()) {
    this.#loop = loop;
    this.#now = now;
    this.#seen = loop();
  }

  /** Calls `openFor`, at once where the loop has the time for it, or later, unless forgotten first. To be called once for each. */
  ask(opener: Opener, seeker: ConnectionSeeker): void {
    const costMs = COST_MS[seeker.endpoint.protocol];
    if (this.#waiting.size === 0) {
      this.#save();
      if (this.#savedMs >= costMs) {
        this.#savedMs -= costMs;
        opener.openFor(seeker);
        return;
      }
    }
    this.#waiting.set(seeker, { opener, sinceMs: this.#now() });
    let line = this.#lines.get(opener);
    if (line === undefined) this.#lines.set(opener, (line = lineOf(costMs)));
    line.seekers.add(seeker);
    if (this.#isTicking) return;
    this.#tickedAtMs = this.#now();
    this.#tickLater();
  }

  /** Who waits longest for this origin waits no more. */
  takeLongest(opener: Opener): ConnectionSeeker | undefined {
    const seeker = this.#lines.get(opener)?.inOrder.next().value;
    if (seeker !== undefined) this.forget(seeker);
    return seeker;
  }

  /** It was served otherwise, or wants none any more. */
  forget(seeker: ConnectionSeeker): void {
    const opener = this.#waiting.get(seeker)?.opener;
    if (opener === undefined) return;
    this.#waiting.delete(seeker);
    const line = this.#lines.get(opener);
    line?.seekers.delete(seeker);
    if (line?.seekers.size === 0) this.#lines.delete(opener);
  }

  #tick(): void {
    this.#isTicking = false;
    this.#save();
    const nowMs = this.#now();
    let leftMs = Math.max(1, (nowMs - this.#tickedAtMs) * OVERDUE_SHARE);
    this.#tickedAtMs = nowMs;
    for (; leftMs > 0; leftMs--) {
      const [longest] = this.#waiting;
      if (longest === undefined || longest[1].sinceMs > nowMs - LONG_WAIT_MS) break;
      this.#open(longest[1].opener, longest[0]);
    }
    while (this.#openNext());
    if (this.#waiting.size > 0) this.#tickLater();
  }

  #tickLater(): void {
    this.#isTicking = true;
    setTimeout(() => this.#tick(), TICK_MS);
  }

  #save(): void {
    const { idle, active } = this.#loop();
    const earnedMs = idle - this.#seen.idle + (active - this.#seen.active) * BUSY_SHARE;
    this.#seen = { idle, active };
    this.#savedMs = Math.min(MOST_SAVED_MS, this.#savedMs + earnedMs);
  }

  /** For the one that waits longest at the origin whose turn it is, which is the last one then. False where that cannot be paid. */
  #openNext(): boolean {
    const [next] = this.#lines;
    if (next === undefined) return false;
    const [opener, line] = next;
    if (this.#savedMs < line.costMs) return false;
    const { value: seeker } = line.inOrder.next();
    if (seeker === undefined) return false;
    this.#savedMs -= line.costMs;
    this.#lines.delete(opener);
    this.#lines.set(opener, line);
    this.#open(opener, seeker);
    return true;
  }

  #open(opener: Opener, seeker: ConnectionSeeker): void {
    this.forget(seeker);
    opener.openFor(seeker);
  }
}

function lineOf(costMs: number): Line {
  const seekers = new Set<ConnectionSeeker>();
  return { costMs, seekers, inOrder: seekers.values() };
}
