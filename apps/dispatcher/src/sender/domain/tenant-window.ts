import type { LaneSignal } from './lane.ts';

/** A quarter of the sender's room, shared by those who begin. */
const START = 2_048;
const LEAST = 256;
/** Three quarters of the room: whatever becomes of it, others have the last one. */
const MOST = 6_144;
/** So many times more bytes than attempts. */
const BYTES_EACH = 8 * 1_024;
/** Half of the room: below it nobody is in anybody's way. */
const FREE = 4_096;

/** Attempts under way and the bytes of their bodies. */
export class UnderWay {
  private count = 0;
  private bytes = 0;

  get isNone(): boolean {
    return this.count === 0;
  }

  isBelow(limit: number): boolean {
    return this.count < limit && this.bytes < limit * BYTES_EACH;
  }

  add(bytes: number): void {
    this.count++;
    this.bytes += bytes;
  }

  remove(bytes: number): void {
    this.count--;
    this.bytes -= bytes;
  }
}

/**
 * How many attempts of one tenant may be under way, where half of the sender's room is taken by attempts: its webhooks may be ten
 * thousand, each with a concurrency of its own, and their endpoints may all hang (docs/adr/0022). Grows with each that
 * ends by an answer or an error of its own while it is full, so that it does not bound who is answered. Pure; times are Unix ms.
 */
export class TenantWindow {
  private readonly own = new UnderWay();
  private limit = LEAST;
  /** When one ended so last, or when the first of those under way began. */
  private progressAtMs = 0;

  /** @param all of all tenants. */
  constructor(private readonly all: UnderWay) {}

  /** Whether one more may begin. */
  get hasRoom(): boolean {
    return this.own.isNone || this.all.isBelow(FREE) || this.own.isBelow(this.limit);
  }

  /** Milliseconds for which nothing has ended, where there is no room for more. */
  silentMs(nowMs: number): number {
    return this.hasRoom ? 0 : nowMs - this.progressAtMs;
  }

  /** One of so many bytes begins; `tenants` have something to send. */
  start(bytes: number, nowMs: number, tenants: number): void {
    if (this.own.isNone) {
      this.limit = Math.max(LEAST, START / tenants);
      this.progressAtMs = nowMs;
    }
    this.own.add(bytes);
    this.all.add(bytes);
  }

  /** One ended; `isMade`: there was an attempt. */
  finish(bytes: number, signal: LaneSignal, isMade: boolean, nowMs: number): void {
    const wasFull = !this.own.isBelow(this.limit);
    this.own.remove(bytes);
    this.all.remove(bytes);
    if (signal === 'congestion' || !isMade) return;
    this.progressAtMs = nowMs;
    if (wasFull) this.limit = Math.min(MOST, this.limit + Math.max(1, bytes / BYTES_EACH));
  }
}
