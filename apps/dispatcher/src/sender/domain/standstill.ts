/** A busy event loop whose sockets are read between its ticks has shorter gaps than this: its endpoints are still judged. */
const SHORTEST_GAP_MS = 250;
/**
 * What was lost of an attempt's time before it says nothing about its endpoint: this share of it, within bounds. One gap
 * alone says nothing of the shortest timeouts, or a busy sender would never find out who hangs.
 */
const EXCUSING_SHARE = 1 / 4;
const LEAST_EXCUSING_MS = 500;
const EXCUSING_MS = 2_000;
/** Gaps that excuse whatever was begun before them: none before the last so many has to be known. */
const KEPT_GAPS = EXCUSING_MS / SHORTEST_GAP_MS;

interface Gap {
  readonly fromMs: number;
  readonly toMs: number;
}

/**
 * The time that this process has lost of late: its event loop was held, it got no processor, or it was stopped (SIGSTOP).
 * To be told of every tick, and of what ends. Pure; times are ms of a clock that is never set.
 */
export class Standstill {
  private seenAtMs = Infinity;
  private readonly gaps: Gap[] = [];

  /** The process runs now. */
  note(nowMs: number): void {
    if (nowMs - this.seenAtMs >= SHORTEST_GAP_MS) {
      this.gaps.push({ fromMs: this.seenAtMs, toMs: nowMs });
      if (this.gaps.length > KEPT_GAPS) this.gaps.shift();
    }
    this.seenAtMs = nowMs;
  }

  /**
   * Whether too much was lost since then for an attempt of this timeout to tell anything about its endpoint. However often
   * that is so, there is no bound of its own: what went out uses up the webhook's attempts, and what did not is put off twice
   * as long each time, some eighty times until it expires. A bound would charge endpoints for a sender that gets no processor.
   */
  excuses(sinceMs: number, timeoutMs: number): boolean {
    let lostMs = 0;
    for (const { fromMs, toMs } of this.gaps) lostMs += Math.max(0, toMs - Math.max(fromMs, sinceMs));
    return lostMs >= Math.min(Math.max(timeoutMs * EXCUSING_SHARE, LEAST_EXCUSING_MS), EXCUSING_MS);
  }
}
