import type { SeededRandom } from './seeded-random.ts';
import { WakeHeap } from '../scheduler/domain/wake-heap.ts';

/** Microtasks that the work of one event may need; whatever needs more goes on after the next event. */
const MICROTASKS = 16;
/** Events of one moment keep their order: the heap itself does not. Small enough for a double to tell hours apart by it. */
const ORDER = 1e-7;
/** So many events of one moment are kept in order. */
const IN_ORDER = 9_000_000;

/** A clock that jumps from event to event. All that happens, happens in an event: so a seed makes the same run always. */
export class VirtualTime {
  private readonly events = new WakeHeap<() => void>();
  /** Since the start. */
  private clockMs = 0;
  private made = 0;

  constructor(
    private readonly startMs: number,
    private readonly random: SeededRandom,
  ) {}

  get nowMs(): number {
    return this.startMs + Math.floor(this.clockMs);
  }

  /** Runs the task so many ms from now. */
  after(delayMs: number, task: () => void): void {
    this.events.push(task, Math.floor(this.clockMs) + delayMs + (this.made++ % IN_ORDER) * ORDER);
  }

  /** Resolves so many ms from now. */
  async pass(delayMs: number): Promise<void> {
    await new Promise<void>((resolve) => this.after(delayMs, resolve));
  }

  /** Runs the task soon: in a moment that the seed chooses. */
  soon(task: () => void): void {
    this.after(this.random.between(0, 3), task);
  }

  /** Runs the task again and again, until it answers false. */
  every(periodMs: number, task: () => boolean): void {
    const run = (): void => {
      if (task()) this.after(periodMs, run);
    };
    this.after(this.random.between(0, periodMs), run);
  }

  /** Runs the next event and what it settles. False when there is none. */
  async step(): Promise<boolean> {
    const atMs = this.events.nextAtMs;
    if (atMs === undefined) return false;
    this.clockMs = Math.max(this.clockMs, atMs);
    this.events.popDue(atMs)?.();
    for (let turn = 0; turn < MICROTASKS; turn++) await Promise.resolve();
    return true;
  }
}
