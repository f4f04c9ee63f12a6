import type { Resolver } from 'node:dns';
import { codeOf } from './failure-table.ts';

/** Answers that only a working name server gives. */
const CONCLUSIVE = new Set(['', 'ENOTFOUND', 'ENODATA']);

/**
 * Tells a customer's broken name service from ours. Both look alike from one lookup (a timeout, SERVFAIL), and a
 * customer must neither be charged for our outage nor be excused for ever by a name server of theirs that is down. So
 * when nothing conclusive was heard since a lookup began, the root's name servers are asked for, which every working
 * resolver has at hand.
 */
export class NameServerHealth {
  readonly #resolver: Resolver;
  #heardAtMs = Number.NEGATIVE_INFINITY;
  #waiting: ((isAlive: boolean) => void)[] | undefined;

  constructor(resolver: Resolver) {
    this.#resolver = resolver;
  }

  /** Takes note of what a query ended with. */
  note(error: Error | null): void {
    if (CONCLUSIVE.has(codeOf(error))) this.#heardAtMs = performance.now();
  }

  hasBeenHeardSince(sinceMs: number): boolean {
    return this.#heardAtMs >= sinceMs;
  }

  /** Whether a name server works; asks one when nothing was heard since then. One question at a time. */
  check(sinceMs: number, done: (isAlive: boolean) => void): void {
    if (this.hasBeenHeardSince(sinceMs)) {
      done(true);
      return;
    }
    if (this.#waiting !== undefined) {
      this.#waiting.push(done);
      return;
    }
    const waiting = [done];
    this.#waiting = waiting;
    this.#resolver.resolveNs('.', (error) => {
      this.note(error);
      this.#waiting = undefined;
      const isAlive = this.hasBeenHeardSince(sinceMs);
      for (const each of waiting) each(isAlive);
    });
  }
}
