/** What a lane needs to know of a task. */
export interface Queued {
  readonly bytes: number;
  readonly queuedAtMs: number;
}

export interface LaneLimits {
  /** Concurrency to begin with, and after an idle time. */
  readonly startConcurrency: number;
  readonly maxConcurrency: number;
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

/** What an endpoint that was never measured is taken for. */
const ASSUMED_ATTEMPT_MS = 50;
/** Weight of the newest attempt in the running mean. */
const NEWEST = 0.1;

/**
 * One webhook's own queue and concurrency (invariant 4). Concurrency grows by one for each success at its limit and halves
 * on congestion, so that a slow endpoint holds few sockets and a fast one as many as it can use. Pure; times are Unix ms.
 */
export class Lane<Task extends Queued> {
  private queue: Task[] = [];
  private head = 0;
  private queuedBytes = 0;
  private active = 0;
  private concurrency: number;
  private attemptMs = ASSUMED_ATTEMPT_MS;
  private isMeasured = false;
  /** When something last ended, or when the first of what is active began. */
  private progressAtMs = 0;
  /** Set by the round robin while the lane stands in its line. */
  isInLine = false;

  constructor(private readonly limits: LaneLimits) {
    this.concurrency = limits.startConcurrency;
  }

  get waiting(): number {
    return this.queue.length - this.head;
  }

  get activeCount(): number {
    return this.active;
  }

  get isIdle(): boolean {
    return this.active === 0 && this.waiting === 0;
  }

  get canStart(): boolean {
    return this.waiting > 0 && this.active < this.concurrency;
  }

  /**
   * Milliseconds until a task queued now would have its turn: attempts ahead of it times what one takes, over the
   * concurrency. An endpoint that has answered nothing for a while counts as that slow at least.
   */
  expectedWaitMs(nowMs: number): number {
    const stalledMs = this.active === 0 ? 0 : nowMs - this.progressAtMs;
    return (this.waiting * Math.max(this.attemptMs, stalledMs)) / this.concurrency;
  }

  /** False when the lane is full: the task has to be deferred. */
  offer(task: Task, nowMs: number, isCrowded: boolean): boolean {
    const { minQueued, maxQueued, maxQueuedBytes, maxWaitMs } = this.limits;
    if (this.waiting >= maxQueued || this.queuedBytes + task.bytes > maxQueuedBytes) return false;
    const always = isCrowded ? minQueued / 8 : minQueued;
    const isUnproven = isCrowded && !this.isMeasured;
    if (this.waiting >= always && (isUnproven || this.expectedWaitMs(nowMs) > maxWaitMs)) return false;
    this.queue.push(task);
    this.queuedBytes += task.bytes;
    return true;
  }

  /** Takes the next task and counts it as active. */
  start(nowMs: number): Task | undefined {
    if (!this.canStart) return undefined;
    const task = this.shift();
    if (task !== undefined && this.active++ === 0) this.progressAtMs = nowMs;
    return task;
  }

  /** An active task ended; `attemptMs` is absent where no attempt was made. */
  finish(signal: LaneSignal, nowMs: number, attemptMs?: number): void {
    const wasAtLimit = this.active >= this.concurrency;
    this.active--;
    this.progressAtMs = nowMs;
    if (attemptMs !== undefined) {
      this.attemptMs += NEWEST * (attemptMs - this.attemptMs);
      this.isMeasured = true;
    }
    if (signal === 'congestion') this.concurrency = Math.max(1, Math.floor(this.concurrency / 2));
    else if (signal === 'success' && wasAtLimit && this.concurrency < this.limits.maxConcurrency) this.concurrency++;
  }

  /** Takes out what was queued before `queuedBeforeMs`, the oldest first. */
  expel(queuedBeforeMs: number): Task[] {
    const expelled: Task[] = [];
    for (;;) {
      const oldest = this.queue[this.head];
      if (oldest === undefined || oldest.queuedAtMs >= queuedBeforeMs) return expelled;
      this.shift();
      expelled.push(oldest);
    }
  }

  /** Forgets what is queued; what is active goes on. */
  clear(): void {
    this.queue = [];
    this.head = 0;
    this.queuedBytes = 0;
  }

  private shift(): Task | undefined {
    const task = this.queue[this.head];
    if (task === undefined) return undefined;
    this.head++;
    this.queuedBytes -= task.bytes;
    if (this.head === this.queue.length) {
      this.queue = [];
      this.head = 0;
    } else if (this.head >= 1_024) {
      this.queue.splice(0, this.head);
      this.head = 0;
    }
    return task;
  }
}
