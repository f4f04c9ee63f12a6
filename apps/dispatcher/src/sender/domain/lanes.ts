import type { LaneLimits, LaneSignal, Queued } from './lane.ts';
import { Lane } from './lane.ts';

interface Named<Task extends Queued> {
  readonly webhookId: string;
  readonly lane: Lane<Task>;
}

/** A task that has its turn; `finish` must be called once when its attempt has ended. */
export interface Turn<Task> {
  readonly webhookId: string;
  readonly task: Task;
}

/**
 * The lanes of all webhooks, served round robin: one endpoint never slows another (invariant 4). Only lanes that can start
 * something stand in the line, so a turn costs the same with ten webhooks and with a hundred thousand. Pure.
 */
export class Lanes<Task extends Queued> {
  private readonly lanes = new Map<string, Named<Task>>();
  private line: (Named<Task> | undefined)[] = [];
  private lineHead = 0;
  private waitingCount = 0;
  private waitingBytes = 0;

  constructor(private readonly limits: LaneLimits) {}

  /** Tasks queued in all lanes. */
  get waiting(): number {
    return this.waitingCount;
  }

  get bytes(): number {
    return this.waitingBytes;
  }

  /** Queues a task; otherwise says how long its lane's queue is expected to take. */
  offer(
    webhookId: string,
    task: Task,
    nowMs: number,
    isCrowded = false,
  ): { readonly expectedWaitMs: number } | undefined {
    let named = this.lanes.get(webhookId);
    if (named === undefined) {
      named = { webhookId, lane: new Lane<Task>(this.limits) };
      this.lanes.set(webhookId, named);
    }
    if (!named.lane.offer(task, nowMs, isCrowded)) return { expectedWaitMs: named.lane.expectedWaitMs(nowMs) };
    this.waitingCount++;
    this.waitingBytes += task.bytes;
    this.standInLine(named);
    return undefined;
  }

  /** The next task whose turn it is; undefined when nothing can start. */
  next(nowMs: number): Turn<Task> | undefined {
    for (;;) {
      const named = this.line[this.lineHead];
      if (named === undefined) return undefined;
      this.line[this.lineHead] = undefined;
      this.lineHead++;
      if (this.lineHead === this.line.length) {
        this.line = [];
        this.lineHead = 0;
      } else if (this.lineHead > 4_096) {
        this.line.splice(0, this.lineHead);
        this.lineHead = 0;
      }
      named.lane.isInLine = false;
      const task = named.lane.start(nowMs);
      if (task === undefined) continue;
      this.forget(task);
      this.standInLine(named);
      return { webhookId: named.webhookId, task };
    }
  }

  /** A turn ended; `attemptMs` is absent where no attempt was made. */
  finish(webhookId: string, signal: LaneSignal, nowMs: number, attemptMs?: number): void {
    const named = this.lanes.get(webhookId);
    if (named === undefined) return;
    named.lane.finish(signal, nowMs, attemptMs);
    this.standInLine(named);
  }

  /** Takes out of every lane what has waited since before `queuedBeforeMs`; lanes with nothing to do are forgotten. */
  expel(queuedBeforeMs: number): readonly Turn<Task>[] {
    const expelled: Turn<Task>[] = [];
    for (const { webhookId, lane } of this.lanes.values()) {
      for (const task of lane.expel(queuedBeforeMs)) {
        this.forget(task);
        expelled.push({ webhookId, task });
      }
    }
    return expelled;
  }

  /** Forgets all that is queued, as after a join; what is active goes on. */
  clear(): void {
    for (const [webhookId, { lane }] of this.lanes) {
      lane.clear();
      lane.isInLine = false;
      if (lane.isIdle) this.lanes.delete(webhookId);
    }
    this.line = [];
    this.lineHead = 0;
    this.waitingCount = 0;
    this.waitingBytes = 0;
  }

  private forget(task: Task): void {
    this.waitingCount--;
    this.waitingBytes -= task.bytes;
  }

  private standInLine(named: Named<Task>): void {
    if (named.lane.isInLine || !named.lane.canStart) return;
    named.lane.isInLine = true;
    this.line.push(named);
  }
}
