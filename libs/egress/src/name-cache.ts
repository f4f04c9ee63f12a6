import type { LookupResult } from './name-resolver.port.ts';

interface Entry {
  readonly result: LookupResult;
  readonly goodUntilMs: number;
}

/** What names resolved to, for as long as their servers said, within limits. At the cap the oldest entry goes. */
export class NameCache {
  readonly #entries = new Map<string, Entry>();
  readonly #maxEntries: number;

  constructor(options: { readonly maxEntries: number }) {
    this.#maxEntries = options.maxEntries;
  }

  get(hostname: string, nowMs: number): LookupResult | undefined {
    const entry = this.#entries.get(hostname);
    if (entry === undefined) return undefined;
    if (nowMs < entry.goodUntilMs) return entry.result;
    this.#entries.delete(hostname);
    return undefined;
  }

  set(hostname: string, result: LookupResult, goodUntilMs: number): void {
    this.#entries.delete(hostname);
    if (this.#entries.size >= this.#maxEntries) {
      const [oldest] = this.#entries.keys();
      if (oldest !== undefined) this.#entries.delete(oldest);
    }
    this.#entries.set(hostname, { result, goodUntilMs });
  }
}
