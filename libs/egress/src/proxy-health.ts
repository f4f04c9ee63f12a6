/** An answer may come within a millisecond: so long a time before it tells of the proxy as well. */
const LOOK_BACK_MS = 10_000;

interface Sign {
  readonly origin: string;
  readonly atMs: number;
}

/**
 * Tells an endpoint's trouble from a forward proxy's. A refusal, an error and silence of the proxy look alike from one
 * attempt, and a customer must neither be charged while nothing goes out at all nor be excused for ever by an endpoint that
 * is down. So what counts is whether the proxy has connected anybody else meanwhile: tunnels that opened and answers through
 * those that are kept. Times by `performance.now()`.
 */
export class ProxyHealth {
  #latest: Sign | undefined;
  /** The latest one of another origin than that. */
  #other: Sign | undefined;

  /** Takes note of a tunnel to the origin that opened, or of something that came through it. */
  note(origin: string, nowMs = performance.now()): void {
    if (this.#latest !== undefined && this.#latest.origin !== origin) this.#other = this.#latest;
    this.#latest = { origin, atMs: nowMs };
  }

  /** Whether another origin was reached since then, or in the last 10 s. */
  reachesOthers(origin: string, sinceMs: number, nowMs = performance.now()): boolean {
    const sign = this.#latest?.origin === origin ? this.#other : this.#latest;
    return sign !== undefined && sign.atMs >= Math.min(sinceMs, nowMs - LOOK_BACK_MS);
  }
}
