import { ByAge } from './by-age.ts';
import { RateLimit } from './rate-limit.ts';

/** What a lane needs to know of a task. */
export interface Queued {
  readonly bytes: number;
  readonly queuedAtMs: number;
  /** How often it was put off: who waited already goes before who comes new. */
  readonly deferrals: number;
}

export interface LaneLimits {
  /** Concurrency to begin with, and after an idle time. */
  readonly startConcurrency: number;
  readonly maxConcurrency: number;
  /**
   * By default above the room of the sender (8,192), whose reading pauses before: a backlog behind an endpoint that is quick by
   * what was measured waits in its log, as each move to a tier writes three records or more (docs/adr/0020). Slow ones meet
   * `maxWaitMs`.
   */
  readonly maxQueued: number;
  readonly maxQueuedBytes: number;
  /** A task that would wait longer than this, by what was measured, is not taken. */
  readonly maxWaitMs: number;
  /** Taken whatever was measured; an eighth of it while the sender as a whole is crowded. */
  readonly minQueued: number;
}

export const DEFAULT_LANE_LIMITS: LaneLimits = {
  startConcurrency: 4,
  maxConcurrency: 32,
  maxQueued: 16_384,
  maxQueuedBytes: 32 * 1_024 * 1_024,
  maxWaitMs: 5_000,
  minQueued: 256,
};

/** How an attempt ended, as far as the lane's concurrency is concerned. */
export type LaneSignal = 'success' | 'congestion' | 'neutral';

/** Why a lane took no more, and when the turn of what it refused is to be expected. */
export interface LaneRefusal {
  readonly reason: 'queue full' | 'rate limit';
  readonly expectedWaitMs: number;
}

/** How much room the sender as a whole has for a lane. */
export type Room = 'ample' | 'crowded' | 'over share';

/** What an endpoint that was never measured is taken for. */
const ASSUMED_ATTEMPT_MS = 50;
/** Weight of the newest attempt in the running mean. */
const NEWEST = 0.1;
/** What was measured may change: nothing is put off longer than this because of it. */
const LONGEST_MEASURED_MS = 3_600_000;
/** While an endpoint fails there is no telling how quick it is once it is back, which may be soon. */
const LONGEST_FAILING_MS = 60_000;
/** Silence that says nothing yet. */
const PATIENCE_MS = 500;
/** A configured rate is certain. */
const LONGEST_BY_RATE_MS = 86_400_000;

/**
 * One webhook's own queue, rate and concurrency (invariant 4). Concurrency grows by one for each success at its limit, and
 * halves on congestion; from there on, and after an outage, it grows by one for each round of successes only. So a slow
 * endpoint holds few sockets and a fast one as many as it can use. Pure; times are Unix ms.
 */
export class Lane<Task extends Queued> {
  readonly rate = new RateLimit();
  private readonly queue = new ByAge<Task>();
  private queuedBytes = 0;
  private active = 0;
  private concurrency: number;
  private slowAbove = Infinity;
  private attemptMs = ASSUMED_ATTEMPT_MS;
  private isMeasured = false;
  /** By the attempt that ended last. */
  private wasCongested = false;
  /** When something last ended, or when the first of what is active began. */
  private progressAtMs = 0;
  /** The expected turn of the last task that was put off: the next one comes after it. */
  private bookedUntilMs = 0;

  constructor(private readonly limits: LaneLimits) {
    this.concurrency = limits.startConcurrency;
  }

  get waiting(): number {
    return this.queue.size;
  }

  get bytes(): number {
    return this.queuedBytes;
  }

  get activeCount(): number {
    return this.active;
  }

  get isIdle(): boolean {
    return this.active === 0 && this.queue.size === 0;
  }

  /** Queue and concurrency allow a start; the rate may not yet. */
  get hasTurn(): boolean {
    return this.queue.size > 0 && this.active < Math.floor(this.concurrency);
  }

  /** Tasks that were put off are to come back until then. */
  get bookedUpToMs(): number {
    return this.bookedUntilMs;
  }

  /** Milliseconds for which nothing has ended though something is active. */
  stalledMs(nowMs: number): number {
    return this.active === 0 ? 0 : nowMs - this.progressAtMs;
  }

  /**
   * Milliseconds until a task queued now would have its turn: attempts ahead of it times what one takes, over the
   * concurrency. An endpoint that has answered nothing for a while counts as that slow at least.
   */
  expectedWaitMs(nowMs: number): number {
    return this.queue.size * this.slotMs(nowMs);
  }

  /** Queues the task; otherwise says when its turn is expected. */
  offer(task: Task, nowMs: number, room: Room = 'ample'): LaneRefusal | undefined {
    const { maxQueued, maxQueuedBytes } = this.limits;
    const isTaken =
      this.queue.size < maxQueued && this.queuedBytes + task.bytes <= maxQueuedBytes && this.takesBy(task, nowMs, room);
    if (!isTaken) return this.refuse(nowMs);
    this.queue.push(task);
    this.queuedBytes += task.bytes;
    return undefined;
  }

  /** Takes the next task and counts it as active. */
  start(nowMs: number): Task | undefined {
    if (!this.hasTurn || this.rate.nextAtMs > nowMs) return undefined;
    const task = this.shift();
    if (task === undefined) return undefined;
    if (this.active++ === 0) this.progressAtMs = nowMs;
    this.rate.take(nowMs);
    return task;
  }

  /** An active task ended; `attemptMs` is absent where no attempt was made. */
  finish(signal: LaneSignal, nowMs: number, attemptMs?: number): void {
    const wasAtLimit = this.active >= Math.floor(this.concurrency);
    this.active--;
    this.progressAtMs = nowMs;
    if (attemptMs !== undefined) {
      this.wasCongested = signal === 'congestion';
      this.attemptMs += NEWEST * (attemptMs - this.attemptMs);
      this.isMeasured = true;
    }
    if (signal === 'congestion') {
      this.concurrency = Math.max(1, Math.floor(this.concurrency / 2));
      this.slowAbove = this.concurrency;
    } else if (signal === 'success' && wasAtLimit) {
      const step = this.concurrency < this.slowAbove ? 1 : 1 / Math.floor(this.concurrency);
      this.concurrency = Math.min(this.limits.maxConcurrency, this.concurrency + step);
    }
  }

  /** The endpoint is back after an outage: begin with one at a time. */
  slowStart(): void {
    this.concurrency = 1;
    this.slowAbove = 1;
    this.attemptMs = ASSUMED_ATTEMPT_MS;
    this.isMeasured = false;
    this.bookedUntilMs = 0;
  }

  /** Takes out what was queued before `queuedBeforeMs`, the oldest first. */
  expel(queuedBeforeMs: number): Task[] {
    const expelled: Task[] = [];
    for (let oldest = this.queue.first; oldest !== undefined; oldest = this.queue.first) {
      if (oldest.queuedAtMs >= queuedBeforeMs) break;
      this.shift();
      expelled.push(oldest);
    }
    return expelled;
  }

  /** Forgets what is queued; what is active goes on. */
  clear(): void {
    this.queue.clear();
    this.queuedBytes = 0;
  }

  private takesBy(task: Task, nowMs: number, room: Room): boolean {
    const { minQueued, maxWaitMs } = this.limits;
    // A limit that is configured is no sign of a fault, but the queue behind it must not outlive its age.
    const isLimited = this.rate.perSecond !== undefined;
    const always = isLimited || room === 'over share' ? 1 : room === 'crowded' ? minQueued / 8 : minQueued;
    if (this.queue.size < always) return true;
    if (room !== 'ample' && !this.isMeasured) return false;
    const waitsForOthers = task.deferrals === 0 && this.bookedUntilMs > nowMs;
    return this.expectedWaitMs(nowMs) <= (waitsForOthers ? maxWaitMs / 2 : maxWaitMs);
  }

  /** Says when the turn of a task that is put off is expected, behind all that were put off before. */
  private refuse(nowMs: number): LaneRefusal {
    const byRateMs = this.rate.durationMs(1);
    const isByRate = byRateMs > 0 && byRateMs >= this.measuredSlotMs(nowMs);
    const longestMeasuredMs = this.isFailing(nowMs) ? LONGEST_FAILING_MS : LONGEST_MEASURED_MS;
    const longestMs = isByRate ? LONGEST_BY_RATE_MS : longestMeasuredMs;
    const turnAtMs = Math.max(this.bookedUntilMs, nowMs + this.expectedWaitMs(nowMs)) + this.slotMs(nowMs);
    const untilMs = Math.min(turnAtMs, nowMs + longestMs);
    // What was given out already stays given out, though the endpoint fails now and then; not that by a rate which is no more.
    const keptMs = isByRate ? this.bookedUntilMs : Math.min(this.bookedUntilMs, nowMs + LONGEST_MEASURED_MS);
    this.bookedUntilMs = Math.max(keptMs, untilMs);
    return { reason: isByRate ? 'rate limit' : 'queue full', expectedWaitMs: untilMs - nowMs };
  }

  /** Its last attempt failed for want of capacity or an answer, or it is silent for longer than it ever takes. */
  private isFailing(nowMs: number): boolean {
    return this.wasCongested || this.stalledMs(nowMs) > 2 * (this.attemptMs + PATIENCE_MS);
  }

  private measuredSlotMs(nowMs: number): number {
    return Math.max(this.attemptMs, this.stalledMs(nowMs)) / Math.floor(this.concurrency);
  }

  private slotMs(nowMs: number): number {
    return Math.max(this.measuredSlotMs(nowMs), this.rate.durationMs(1));
  }

  private shift(): Task | undefined {
    const task = this.queue.shift();
    if (task !== undefined) this.queuedBytes -= task.bytes;
    return task;
  }
}
