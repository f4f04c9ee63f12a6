import { lowerPositions } from './known-positions.ts';

interface Snapshot {
  readonly atMs: number;
  readonly positions: readonly number[];
}

/**
 * How far a topic reached a while ago: what a member commits so that whoever takes over reads, and remembers, all that was
 * produced within that while. Positions a member inherits are kept for as long: what its predecessor produced in its last
 * moments must be found by its successor too, however soon that comes. Pure; times are Unix ms.
 */
export class PastPositions {
  private snapshots: Snapshot[] = [];

  constructor(
    private readonly keepMs: number,
    private readonly everyMs: number,
  ) {}

  /** From here the predecessors' work was read, or there was none and the topic ended here. */
  inherit(positions: readonly number[], nowMs: number): void {
    const before = this.snapshots[0]?.positions ?? positions;
    this.snapshots = [{ atMs: nowMs, positions: lowerPositions(positions, before) }];
  }

  /** To be told often how far the topic reaches now; looked at every `everyMs`. */
  note(positions: readonly number[], nowMs: number): void {
    const last = this.snapshots.at(-1);
    if (last !== undefined && nowMs - last.atMs < this.everyMs) return;
    this.snapshots.push({ atMs: nowMs, positions });
    const oldEnough = this.snapshots.findLastIndex(({ atMs }) => atMs <= nowMs - this.keepMs);
    if (oldEnough > 0) this.snapshots.splice(0, oldEnough);
  }

  /** The newest positions that are as old as is kept, else the oldest there are. */
  get oldest(): readonly number[] {
    return this.snapshots[0]?.positions ?? [];
  }
}
