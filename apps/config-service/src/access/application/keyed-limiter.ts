import { LRUCache } from 'lru-cache';
import { takeOne } from '../domain/rate.ts';
import type { Rate, Taken } from '../domain/rate.ts';

const MAX_KEYS = 10_000;

/** A rate for each of many keys. Of more than 10,000 keys those not asked for longest are forgotten, and begin anew. */
export class KeyedLimiter {
  readonly #rate: Rate | undefined;
  readonly #fullAtMs: LRUCache<string, number>;

  /** Without a rate everything is taken. */
  constructor(rate: Rate | undefined, maxKeys: number = MAX_KEYS) {
    this.#rate = rate;
    this.#fullAtMs = new LRUCache({ max: maxKeys });
  }

  take(key: string, nowMs: number): Taken {
    const taken = this.look(key, nowMs);
    if (taken.kind === 'taken') this.#fullAtMs.set(key, taken.fullAtMs);
    return taken;
  }

  /** What `take` would answer. */
  look(key: string, nowMs: number): Taken {
    if (this.#rate === undefined) return { kind: 'taken', fullAtMs: nowMs };
    return takeOne(this.#rate, this.#fullAtMs.get(key), nowMs);
  }
}
