import { performance } from 'node:perf_hooks';
import type { ConnectionSeeker } from './origin-connections.ts';

/** Opens connections to one origin. */
export interface Opener {
  openFor(seeker: ConnectionSeeker): void;
}

/** How long an event loop has waited for something to do, and how long it was at work, in ms since it began. */
export interface LoopTimes {
  readonly idle: number;
  readonly active: number;
}

/** A TLS handshake takes about 1 ms of CPU. So a loop with nothing else to do spends itself on them … */
const FOR_IDLE_MS = 1;
/** … and one that is busy a tenth of itself. */
const FOR_BUSY_MS = 0.1;
const MOST_SAVED = 16;
const TICK_MS = 2;
/** Nobody waits longer, however busy the loop is: then so many are opened in each tick. */
const LONGEST_WAIT_MS = 1_000;
const OVERDUE_A_TICK = 4;

/**
 * How fast connections are opened by TLS to origins that have some already. A process that has all it can do sends no more by
 * having more connections: each would cost it a handshake, which takes as long as twenty POSTs, while those it has become
 * free all the time. So what its loop has idle goes on them, and little else. It waits for no other side: what is open or
 * hangs elsewhere changes nothing, and origins take turns (invariant 4).
 */
export class OpeningPace {
  readonly #loop: () => LoopTimes;
  readonly #now: () => number;
  /** Since when each waits, and for which origin; who waits longest comes first. */
  readonly #waiting = new Map<ConnectionSeeker, { readonly opener: Opener; readonly sinceMs: number }>();
  /** The same by origin, in the order of their turns. */
  readonly #lines = new Map<Opener, Set<ConnectionSeeker>>();
  #seen: LoopTimes;
  #saved = MOST_SAVED;
  #isTicking = false;

  /** @param now ms of any clock. */
  constructor(loop: () => LoopTimes = () => performance.eventLoopUtilization(), now = () => performance.now()) {
    this.#loop = loop;
    this.#now = now;
    this.#seen = loop();
  }

  /** Calls `openFor`, at once where the loop has the time for it, or later, unless forgotten first. */
  ask(opener: Opener, seeker: ConnectionSeeker): void {
    if (this.#waiting.has(seeker)) return;
    if (this.#waiting.size === 0) {
      this.#save();
      if (this.#saved >= 1) {
        this.#saved--;
        opener.openFor(seeker);
        return;
      }
    }
    this.#waiting.set(seeker, { opener, sinceMs: this.#now() });
    const line = this.#lines.get(opener);
    if (line === undefined) this.#lines.set(opener, new Set([seeker]));
    else line.add(seeker);
    if (!this.#isTicking) this.#tickLater();
  }

  /** It was served otherwise, or wants none any more. */
  forget(seeker: ConnectionSeeker): void {
    const opener = this.#waiting.get(seeker)?.opener;
    if (opener === undefined) return;
    this.#waiting.delete(seeker);
    const line = this.#lines.get(opener);
    line?.delete(seeker);
    if (line?.size === 0) this.#lines.delete(opener);
  }

  #tick(): void {
    this.#isTicking = false;
    this.#save();
    const overdueFromMs = this.#now() - LONGEST_WAIT_MS;
    for (let opened = 0; opened < OVERDUE_A_TICK; opened++) {
      const [longest] = this.#waiting;
      if (longest === undefined || longest[1].sinceMs > overdueFromMs) break;
      this.#open(longest[1].opener, longest[0]);
    }
    for (; this.#saved >= 1 && this.#lines.size > 0; this.#saved--) this.#openNext();
    if (this.#waiting.size > 0) this.#tickLater();
  }

  #tickLater(): void {
    this.#isTicking = true;
    setTimeout(() => this.#tick(), TICK_MS);
  }

  #save(): void {
    const { idle, active } = this.#loop();
    const earned = (idle - this.#seen.idle) * FOR_IDLE_MS + (active - this.#seen.active) * FOR_BUSY_MS;
    this.#seen = { idle, active };
    this.#saved = Math.min(MOST_SAVED, this.#saved + earned);
  }

  /** For the one that waits longest at the origin whose turn it is, which is the last one then. */
  #openNext(): void {
    for (const [opener, line] of this.#lines) {
      this.#lines.delete(opener);
      this.#lines.set(opener, line);
      for (const seeker of line) {
        this.#open(opener, seeker);
        return;
      }
    }
  }

  #open(opener: Opener, seeker: ConnectionSeeker): void {
    this.forget(seeker);
    opener.openFor(seeker);
  }
}
