import { Fifo } from './fifo.ts';

/**
 * A queue in the order in which its items came to this sender. What was parked comes into it late, behind younger ones, and
 * must not be hidden by them: who looks for what has waited too long looks at the first alone. Pure.
 */
export class ByAge<Item extends { readonly queuedAtMs: number }> {
  private readonly items = new Fifo<Item>();
  /** Those that came in behind younger ones. */
  private readonly late = new Fifo<Item>();
  /** Of the last that came into `items`. */
  private youngestMs = -Infinity;

  get size(): number {
    return this.items.size + this.late.size;
  }

  get first(): Item | undefined {
    return this.oldest().first;
  }

  push(item: Item): void {
    if (this.size === 0 || item.queuedAtMs >= this.youngestMs) {
      this.items.push(item);
      this.youngestMs = item.queuedAtMs;
    } else {
      this.late.insert(item, (other) => other.queuedAtMs > item.queuedAtMs);
    }
  }

  shift(): Item | undefined {
    return this.oldest().shift();
  }

  clear(): void {
    this.items.clear();
    this.late.clear();
  }

  private oldest(): Fifo<Item> {
    const late = this.late.first;
    return late !== undefined && late.queuedAtMs < (this.items.first?.queuedAtMs ?? Infinity) ? this.late : this.items;
  }
}
