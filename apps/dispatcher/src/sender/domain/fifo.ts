/** A queue whose first item is taken out at the cost of an index, not of moving all others. Pure. */
export class Fifo<Item> {
  private items: (Item | undefined)[] = [];
  private head = 0;

  get size(): number {
    return this.items.length - this.head;
  }

  get first(): Item | undefined {
    return this.items[this.head];
  }

  push(item: Item): void {
    this.items.push(item);
  }

  /** Behind the last one that it need not go before; at the cost of those that it goes before. */
  insert(item: Item, goesBefore: (other: Item) => boolean): void {
    let at = this.items.length;
    for (; at > this.head; at--) {
      const other = this.items[at - 1];
      if (other === undefined || !goesBefore(other)) break;
    }
    this.items.splice(at, 0, item);
  }

  shift(): Item | undefined {
    const item = this.items[this.head];
    if (item === undefined) return undefined;
    this.items[this.head] = undefined;
    this.head++;
    if (this.head === this.items.length) this.clear();
    else if (this.head >= COMPACT_AT && this.head * 2 >= this.items.length) {
      this.items.splice(0, this.head);
      this.head = 0;
    }
    return item;
  }

  clear(): void {
    this.items = [];
    this.head = 0;
  }
}

const COMPACT_AT = 1_024;
