import type { RecordWithTtl } from 'node:dns';
import { Resolver } from 'node:dns';
import { codeOf } from './failure-table.ts';
import { NameCache } from './name-cache.ts';
import { NameServerHealth } from './name-server-health.ts';
import type { LookupResult, NameResolver } from './name-resolver.port.ts';

export interface NameResolverOptions {
  /** `address` or `address:port` of each; default: those of the machine. */
  readonly servers?: readonly string[];
  /** Of the first try; the second waits twice as long. Default 1,500. */
  readonly queryTimeoutMs?: number;
  /** Answers are kept as long as their TTL says, but no longer than this. Default 30,000. */
  readonly maxTtlMs?: number;
  /** Names kept at most. Default 10,000. */
  readonly maxNames?: number;
}

const QUERY_TRIES = 2;
/** A TTL of 0 does not ask for a query per connection: each connection checks its addresses anyway. */
const MIN_TTL_MS = 1_000;
const FAILED_TTL_MS = 2_000;
/** After one family has answered: how long the other is waited for (RFC 8305, section 3, more patient). */
const OTHER_FAMILY_MS = 250;
/** Of each family; more than a connection ever tries. */
const KEPT_ADDRESSES = 16;
/** Well below the shortest timeout of a webhook, so that at its end it is known whose fault the silence is. */
const SILENCE_MS = 300;

type Family = RecordWithTtl[] | Error | undefined;

class Lookup {
  readonly startedAtMs = performance.now();
  readonly waiting: ((result: LookupResult) => void)[] = [];
  ipv4: Family;
  ipv6: Family;
  isSettled = false;
  graceTimer: NodeJS.Timeout | undefined;
  silenceTimer: NodeJS.Timeout | undefined;
}

/**
 * By c-ares: `getaddrinfo` has four threads for the whole process, which one customer's slow name servers could hold.
 * A name is asked for once at a time, however many attempts wait for it.
 */
export class CaresNameResolver implements NameResolver {
  readonly #resolver: Resolver;
  readonly #health: NameServerHealth;
  readonly #cache: NameCache;
  readonly #maxTtlMs: number;
  readonly #underWay = new Map<string, Lookup>();
  #isClosed = false;

  constructor(options: NameResolverOptions = {}) {
    this.#resolver = new Resolver({ timeout: options.queryTimeoutMs ?? 1_500, tries: QUERY_TRIES });
    if (options.servers !== undefined) this.#resolver.setServers(options.servers);
    this.#health = new NameServerHealth(this.#resolver);
    this.#cache = new NameCache({ maxEntries: options.maxNames ?? 10_000 });
    this.#maxTtlMs = options.maxTtlMs ?? 30_000;
  }

  lookup(hostname: string, done: (result: LookupResult) => void): void {
    const known = this.#cache.get(hostname, performance.now());
    if (known !== undefined) {
      process.nextTick(done, known);
      return;
    }
    const underWay = this.#underWay.get(hostname);
    if (underWay !== undefined) {
      underWay.waiting.push(done);
      return;
    }
    const lookup = new Lookup();
    lookup.waiting.push(done);
    this.#underWay.set(hostname, lookup);
    lookup.silenceTimer = setTimeout(() => this.#health.check(lookup.startedAtMs, () => {}), SILENCE_MS);
    this.#resolver.resolve4(hostname, { ttl: true }, (error, records) => {
      lookup.ipv4 = error ?? records;
      this.#take(hostname, lookup, error);
    });
    this.#resolver.resolve6(hostname, { ttl: true }, (error, records) => {
      lookup.ipv6 = error ?? records;
      this.#take(hostname, lookup, error);
    });
  }

  isSilentAbout(hostname: string): boolean {
    const lookup = this.#underWay.get(hostname);
    return lookup !== undefined && !this.#health.hasBeenHeardSince(lookup.startedAtMs);
  }

  close(): void {
    this.#isClosed = true;
    this.#resolver.cancel();
  }

  #take(hostname: string, lookup: Lookup, error: Error | null): void {
    this.#health.note(error);
    if (lookup.isSettled) return;
    if (lookup.ipv4 !== undefined && lookup.ipv6 !== undefined) {
      this.#settle(hostname, lookup);
    } else if (error === null) {
      lookup.graceTimer = setTimeout(() => this.#settle(hostname, lookup), OTHER_FAMILY_MS);
    }
  }

  #settle(hostname: string, lookup: Lookup): void {
    lookup.isSettled = true;
    clearTimeout(lookup.graceTimer);
    clearTimeout(lookup.silenceTimer);
    // How many there are is for the name's servers to say, and every connection judges them all. Whatever is left out here is
    // never judged, and never connected to either.
    const found = [lookup.ipv4, lookup.ipv6].flatMap((family) =>
      Array.isArray(family) ? family.slice(0, KEPT_ADDRESSES) : [],
    );
    if (found.length > 0) {
      // An address may come without a TTL: that is none to keep it for.
      const ttlMs = Math.min(...found.map(({ ttl }) => (Number.isFinite(ttl) ? ttl : 0))) * 1_000;
      const keptMs = Math.max(MIN_TTL_MS, Math.min(ttlMs, this.#maxTtlMs));
      this.#finish(hostname, lookup, { kind: 'found', addresses: found.map(({ address }) => address) }, keptMs);
      return;
    }
    const codes = [codeOf(lookup.ipv4), codeOf(lookup.ipv6)];
    const unclear = codes.find((code) => !CLEAR_FAILURES.has(code));
    if (unclear === undefined) {
      const code = codes.find((each) => each !== 'ENODATA') ?? 'ENODATA';
      this.#finish(hostname, lookup, failed(code, CLEAR_FAILURES.get(code) ?? '', false), FAILED_TTL_MS);
      return;
    }
    if (this.#isClosed) {
      this.#finish(hostname, lookup, failed(unclear, 'the sender is closing', true), 0);
      return;
    }
    this.#health.check(lookup.startedAtMs, (isAlive) => {
      const result = isAlive
        ? failed(unclear, "the name's servers gave no usable answer", false)
        : failed(unclear, 'no name server of the sender answers', true);
      this.#finish(hostname, lookup, result, isAlive ? FAILED_TTL_MS : 0);
    });
  }

  #finish(hostname: string, lookup: Lookup, result: LookupResult, keptMs: number): void {
    this.#underWay.delete(hostname);
    if (keptMs > 0) this.#cache.set(hostname, result, performance.now() + keptMs);
    for (const done of lookup.waiting) done(result);
  }
}

/** What a lookup can end with that is the name's own doing, whatever the state of our name servers. */
const CLEAR_FAILURES: ReadonlyMap<string, string> = new Map([
  ['ENOTFOUND', 'the name does not exist'],
  ['ENODATA', 'the name has no address'],
  ['EBADNAME', 'the name is not one that can exist'],
]);

function failed(code: string, says: string, isOwnFault: boolean): LookupResult {
  return { kind: 'failed', code, message: `${says} (${code})`, isOwnFault };
}
