import type { LaneSignal } from './lane.ts';

/** A quarter of the sender's room, shared by those who begin. */
const START = 2_048;
const LEAST = 256;
/** Three quarters of the room: whatever becomes of it, others have the last one. */
const MOST = 6_144;
/** So many times more bytes than attempts. */
const BYTES_EACH = 8 * 1_024;

/**
 * How many attempts of one tenant may be under way: its webhooks may be ten thousand, each with a concurrency of its own, and
 * their endpoints may all hang (docs/adr/0022). Grows with each that is answered while it is full, so that it does not
 * bound who is answered. Pure; times are Unix ms.
 */
export class TenantWindow {
  private active = 0;
  private activeBytes = 0;
  private limit = LEAST;
  /** When one was last answered, or when the first of those under way began. */
  private progressAtMs = 0;

  /** Whether one more may begin. */
  get hasRoom(): boolean {
    return this.active === 0 || (this.active < this.limit && this.activeBytes < this.limit * BYTES_EACH);
  }

  /** Milliseconds for which it has been full and none was answered. */
  silentMs(nowMs: number): number {
    return this.hasRoom ? 0 : nowMs - this.progressAtMs;
  }

  /** One of so many bytes begins; `tenants` have something to send. */
  start(bytes: number, nowMs: number, tenants: number): void {
    if (this.active === 0) {
      this.limit = Math.max(LEAST, START / tenants);
      this.progressAtMs = nowMs;
    }
    this.active++;
    this.activeBytes += bytes;
  }

  /** One ended; `isMade`: there was an attempt. */
  finish(bytes: number, signal: LaneSignal, isMade: boolean, nowMs: number): void {
    const wasFull = !this.hasRoom;
    this.active--;
    this.activeBytes -= bytes;
    if (signal === 'congestion' || !isMade) return;
    this.progressAtMs = nowMs;
    if (wasFull) this.limit = Math.min(MOST, this.limit + 1);
  }
}
