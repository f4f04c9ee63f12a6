/** More than these are not counted: a list that is left open would keep every id there ever was. */
const MAX_COUNTED = 1_000;

/** Requests that the feed told of and the list does not show. */
export class NewRequests {
  readonly #seenAtMs = new Map<string, number>();
  #areMore = false;

  /** There were more than are counted. */
  get areMore(): boolean {
    return this.#areMore;
  }

  saw(id: string, nowMs: number): void {
    if (this.#seenAtMs.size < MAX_COUNTED || this.#seenAtMs.has(id)) this.#seenAtMs.set(id, nowMs);
    else this.#areMore = true;
  }

  /** It does not belong into the list any more. */
  forget(id: string): void {
    this.#seenAtMs.delete(id);
  }

  /** The list is read again from its top. What was seen since `sinceMs` the log may not have yet: it stays counted. */
  taken(sinceMs: number): void {
    this.#areMore = false;
    for (const [id, atMs] of this.#seenAtMs) if (atMs < sinceMs) this.#seenAtMs.delete(id);
  }

  /** Those that are not among `listed`; what is listed is not new any more. */
  countBeside(listed: { readonly has: (id: string) => boolean }): number {
    for (const id of this.#seenAtMs.keys()) if (listed.has(id)) this.#seenAtMs.delete(id);
    return this.#seenAtMs.size;
  }
}
