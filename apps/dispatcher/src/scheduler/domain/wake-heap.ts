/** A binary heap of what waits in memory, the next due first. Pure; times are Unix ms. */
export class WakeHeap<Item> {
  private entries: { readonly wakeAtMs: number; readonly item: Item }[] = [];

  get size(): number {
    return this.entries.length;
  }

  get nextAtMs(): number | undefined {
    return this.entries[0]?.wakeAtMs;
  }

  push(item: Item, wakeAtMs: number): void {
    const entries = this.entries;
    const added = { wakeAtMs, item };
    let at = entries.push(added) - 1;
    while (at > 0) {
      const above = (at - 1) >> 1;
      const parent = entries[above];
      if (parent === undefined || parent.wakeAtMs <= wakeAtMs) break;
      entries[at] = parent;
      at = above;
    }
    entries[at] = added;
  }

  /** The next item if it is due, taken out. */
  popDue(nowMs: number): Item | undefined {
    const top = this.entries[0];
    if (top === undefined || top.wakeAtMs > nowMs) return undefined;
    const last = this.entries.pop();
    if (last !== undefined && this.entries.length > 0) this.sink(last);
    return top.item;
  }

  clear(): void {
    this.entries = [];
  }

  private sink(moved: { readonly wakeAtMs: number; readonly item: Item }): void {
    const entries = this.entries;
    let at = 0;
    for (;;) {
      const left = 2 * at + 1;
      const right = left + 1;
      let below = left;
      if ((entries[right]?.wakeAtMs ?? Infinity) < (entries[left]?.wakeAtMs ?? Infinity)) below = right;
      const child = entries[below];
      if (child === undefined || child.wakeAtMs >= moved.wakeAtMs) break;
      entries[at] = child;
      at = below;
    }
    entries[at] = moved;
  }
}
