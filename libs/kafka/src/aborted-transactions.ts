export interface AbortedTransaction {
  readonly producerId: number;
  readonly firstOffset: number;
}

/**
 * Which batches of a fetched partition belong to aborted transactions. The broker lists these in the order in which they
 * ended, and several may have begun before the first batch that was fetched.
 */
export class AbortedTransactions {
  readonly #inOrder: readonly AbortedTransaction[];
  #next = 0;
  readonly #underWay = new Set<number>();

  constructor(aborted: readonly AbortedTransaction[]) {
    this.#inOrder = aborted.toSorted((a, b) => a.firstOffset - b.firstOffset);
  }

  /** Whether the producer is in one at `lastOffset`, the end of a batch. To be asked in the order of the log. */
  includes(producerId: number, lastOffset: number): boolean {
    for (let next = this.#inOrder[this.#next]; next !== undefined && next.firstOffset <= lastOffset;) {
      this.#underWay.add(next.producerId);
      next = this.#inOrder[++this.#next];
    }
    return this.#underWay.has(producerId);
  }

  /** The producer's marker has come: what it appends from now on is another transaction. */
  end(producerId: number): void {
    this.#underWay.delete(producerId);
  }
}
