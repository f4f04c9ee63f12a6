/**
 * Ids seen within the last minute (and up to two): enough to recognise a twin, with no timer and no entry of its own for
 * each id. Pure; times are Unix ms.
 */
export class RecentIds {
  private young = new Set<string>();
  private old = new Set<string>();
  private turnedAtMs: number | undefined;

  constructor(private readonly keepMs: number = 60_000) {}

  get size(): number {
    return this.young.size + this.old.size;
  }

  has(id: string): boolean {
    return this.young.has(id) || this.old.has(id);
  }

  /** False when the id was there already. */
  add(id: string, nowMs: number): boolean {
    this.turn(nowMs);
    if (this.has(id)) return false;
    this.young.add(id);
    return true;
  }

  private turn(nowMs: number): void {
    this.turnedAtMs ??= nowMs;
    if (nowMs - this.turnedAtMs < this.keepMs) return;
    this.old = nowMs - this.turnedAtMs < 2 * this.keepMs ? this.young : new Set();
    this.young = new Set();
    this.turnedAtMs = nowMs;
  }
}
