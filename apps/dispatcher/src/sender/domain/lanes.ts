import { Fifo } from './fifo.ts';
import type { LaneLimits, LaneRefusal, LaneSignal, Queued, Room } from './lane.ts';
import { Lane } from './lane.ts';
import { TenantWindow, UnderWay } from './tenant-window.ts';

interface Named<Task extends Queued> {
  readonly webhookId: string;
  readonly tenant: Tenant<Task>;
  readonly lane: Lane<Task>;
  isInLine: boolean;
  idleSinceMs: number;
}

/** The lanes of one tenant that can start something; tenants take turns, and within a tenant its webhooks do. */
interface Tenant<Task extends Queued> {
  readonly id: string;
  readonly line: Fifo<Named<Task>>;
  lanes: number;
  /** Queued and active in all its lanes. */
  held: number;
  heldBytes: number;
  readonly window: TenantWindow;
  isInLine: boolean;
}

/** A task that had its turn. */
export interface Ended {
  readonly webhookId: string;
  readonly bytes: number;
}

/** A task that has its turn; `finish` must be called once when its attempt has ended. */
export interface Turn<Task> {
  readonly webhookId: string;
  readonly task: Task;
}

/** Whose lane a task goes to. */
export interface LaneOwner {
  readonly webhookId: string;
  readonly tenantId: string;
  readonly rateLimitPerSecond?: number | undefined;
}

/** How much of the sender's room is taken, and how many tasks and bytes of them tenants share. */
export interface Crowding {
  readonly isCrowded: boolean;
  readonly roomFor: number;
  readonly roomForBytes: number;
}

const NOT_CROWDED: Crowding = { isCrowded: false, roomFor: Infinity, roomForBytes: Infinity };
/** What was learnt about an endpoint is worth keeping that long. */
const KEPT_IDLE_MS = 60_000;
const MAX_IDLE = 10_000;
/** Of lanes that wait for their rate, on average. A rate is kept though one is looked at up to 100 ms late. */
const LOOKED_AT_EACH_MS = 100;

/**
 * The lanes of all webhooks, served round robin with a fair share for each tenant above it: one endpoint never slows
 * another (invariant 4). Only lanes that can start something stand in a line, so a turn costs the same with ten webhooks
 * and with a hundred thousand; idle lanes are forgotten. Pure; times are Unix ms.
 */
export class Lanes<Task extends Queued> {
  private readonly lanes = new Map<string, Named<Task>>();
  private readonly tenants = new Map<string, Tenant<Task>>();
  private readonly line = new Fifo<Tenant<Task>>();
  private readonly withQueue = new Set<Named<Task>>();
  /** In the order in which they became idle. */
  private readonly idle = new Set<Named<Task>>();
  /** Could start but for their rate. */
  private readonly sleeping = new Set<Named<Task>>();
  private nextWakeMs = Infinity;
  private busyTenants = 0;
  private readonly underWay = new UnderWay();
  /** Have something in line and no room in their windows. */
  private readonly full = new Set<Tenant<Task>>();
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

  /** Lanes in memory. */
  get size(): number {
    return this.lanes.size;
  }

  /** Queues a task; otherwise says why not, and when its turn is expected. */
  offer(owner: LaneOwner, task: Task, nowMs: number, crowding: Crowding = NOT_CROWDED): LaneRefusal | undefined {
    const named = this.laneOf(owner);
    named.lane.rate.perSecond = owner.rateLimitPerSecond;
    const refusal = named.lane.offer(task, nowMs, this.roomOf(named.tenant, crowding));
    if (refusal === undefined) {
      this.waitingCount++;
      this.waitingBytes += task.bytes;
      this.hold(named.tenant, 1, task.bytes);
      this.withQueue.add(named);
      this.idle.delete(named);
      this.standInLine(named, nowMs);
    } else {
      this.noteIdle(named, nowMs);
    }
    return refusal;
  }

  /** The next task whose turn it is; undefined when nothing can start. */
  next(nowMs: number): Turn<Task> | undefined {
    if (nowMs >= this.nextWakeMs) this.wake(nowMs);
    for (let tenant = this.line.shift(); tenant !== undefined; tenant = this.line.shift()) {
      tenant.isInLine = false;
      if (!tenant.window.hasRoom) {
        this.full.add(tenant);
        continue;
      }
      const named = tenant.line.shift();
      if (named === undefined) continue;
      named.isInLine = false;
      const task = named.lane.start(nowMs);
      if (task !== undefined) tenant.window.start(task.bytes, nowMs, this.busyTenants);
      this.standInLine(named, nowMs);
      this.queueUp(tenant);
      if (task === undefined) continue;
      this.forget(named, task);
      return { webhookId: named.webhookId, task };
    }
    return undefined;
  }

  /** Nothing is queued for the webhook, and nothing under way. */
  isIdle(webhookId: string): boolean {
    return this.lanes.get(webhookId)?.lane.isIdle ?? true;
  }

  /** When a lane that waits for its rate alone can start; Infinity when there is none. */
  get wakesAtMs(): number {
    return this.nextWakeMs;
  }

  /** A turn ended; `attemptMs` is absent where no attempt was made. */
  finish({ webhookId, bytes }: Ended, signal: LaneSignal, nowMs: number, attemptMs?: number): void {
    const named = this.lanes.get(webhookId);
    if (named === undefined) return;
    const { lane, tenant } = named;
    lane.finish(signal, nowMs, attemptMs);
    tenant.window.finish(bytes, signal, attemptMs !== undefined, nowMs);
    this.hold(tenant, -1, -bytes);
    this.standInLine(named, nowMs);
    this.queueUp(tenant);
    this.letIn();
    this.noteIdle(named, nowMs);
  }

  /** Takes out of every lane what has waited since before `queuedBeforeMs`. */
  expel(queuedBeforeMs: number, nowMs: number): readonly Turn<Task>[] {
    return [...this.withQueue].flatMap((named) => this.takeOut(named, queuedBeforeMs, nowMs));
  }

  /**
   * The same for lanes alone whose endpoints have answered nothing for `stalledMs`, or whose tenant's, as far as it may ask them,
   * for three times as long: to make room for the others.
   */
  expelStalled(stalledMs: number, queuedBeforeMs: number, nowMs: number): readonly Turn<Task>[] {
    const stalled = [...this.withQueue].filter(
      ({ lane, tenant }) => Math.max(lane.stalledMs(nowMs), tenant.window.silentMs(nowMs) / 3) >= stalledMs,
    );
    return stalled.flatMap((named) => this.takeOut(named, queuedBeforeMs, nowMs));
  }

  /** Takes out all that is queued for a webhook. */
  empty(webhookId: string, nowMs: number): readonly Turn<Task>[] {
    const named = this.lanes.get(webhookId);
    return named === undefined ? [] : this.takeOut(named, Infinity, nowMs);
  }

  /** The endpoint is back after an outage. */
  slowStart(webhookId: string): void {
    this.lanes.get(webhookId)?.lane.slowStart();
  }

  /** To be called now and then: forgets lanes that have had nothing to do for a while. */
  sweep(nowMs: number): void {
    for (const named of this.idle) {
      const isOld = nowMs - named.idleSinceMs >= KEPT_IDLE_MS;
      if (!isOld && this.idle.size <= MAX_IDLE) return;
      this.idle.delete(named);
      if (isOld && named.lane.bookedUpToMs > nowMs) {
        // What it has put off would come back to a lane that knows nothing of it: look again later.
        named.idleSinceMs = nowMs;
        this.idle.add(named);
      } else {
        this.lanes.delete(named.webhookId);
        if (--named.tenant.lanes === 0) this.tenants.delete(named.tenant.id);
      }
    }
  }

  /** Forgets all that is queued, as after a join; what is active goes on. */
  clear(nowMs: number): void {
    this.line.clear();
    this.full.clear();
    this.sleeping.clear();
    this.nextWakeMs = Infinity;
    for (const tenant of this.tenants.values()) {
      for (let named = tenant.line.shift(); named !== undefined; named = tenant.line.shift()) named.isInLine = false;
      tenant.isInLine = false;
    }
    for (const named of this.withQueue) {
      this.hold(named.tenant, -named.lane.waiting, -named.lane.bytes);
      named.lane.clear();
      this.noteIdle(named, nowMs);
    }
    this.withQueue.clear();
    this.waitingCount = 0;
    this.waitingBytes = 0;
  }

  private laneOf({ webhookId, tenantId }: LaneOwner): Named<Task> {
    let named = this.lanes.get(webhookId);
    if (named !== undefined) return named;
    let tenant = this.tenants.get(tenantId);
    if (tenant === undefined) {
      const line = new Fifo<Named<Task>>();
      tenant = {
        id: tenantId,
        line,
        lanes: 0,
        held: 0,
        heldBytes: 0,
        window: new TenantWindow(this.underWay),
        isInLine: false,
      };
      this.tenants.set(tenantId, tenant);
    }
    named = { webhookId, tenant, lane: new Lane<Task>(this.limits), isInLine: false, idleSinceMs: 0 };
    this.lanes.set(webhookId, named);
    tenant.lanes++;
    return named;
  }

  private roomOf({ held, heldBytes }: Tenant<Task>, { isCrowded, roomFor, roomForBytes }: Crowding): Room {
    if (!isCrowded) return 'ample';
    const isOver = held > roomFor / this.busyTenants || heldBytes > roomForBytes / this.busyTenants;
    return isOver ? 'over share' : 'crowded';
  }

  private takeOut(named: Named<Task>, queuedBeforeMs: number, nowMs: number): Turn<Task>[] {
    const expelled = named.lane.expel(queuedBeforeMs);
    for (const task of expelled) {
      this.forget(named, task);
      this.hold(named.tenant, -1, -task.bytes);
    }
    this.noteIdle(named, nowMs);
    return expelled.map((task) => ({ webhookId: named.webhookId, task }));
  }

  private forget(named: Named<Task>, task: Task): void {
    this.waitingCount--;
    this.waitingBytes -= task.bytes;
    if (named.lane.waiting === 0) this.withQueue.delete(named);
  }

  private noteIdle(named: Named<Task>, nowMs: number): void {
    if (!named.lane.isIdle) return;
    named.idleSinceMs = nowMs;
    this.idle.delete(named);
    this.idle.add(named);
  }

  private hold(tenant: Tenant<Task>, more: number, moreBytes: number): void {
    if (tenant.held === 0) this.busyTenants++;
    tenant.held += more;
    tenant.heldBytes += moreBytes;
    if (tenant.held === 0) this.busyTenants--;
  }

  private standInLine(named: Named<Task>, nowMs: number): void {
    if (named.isInLine || !named.lane.hasTurn) return;
    const wakeAtMs = named.lane.rate.nextAtMs;
    if (wakeAtMs > nowMs) {
      this.sleeping.add(named);
      this.nextWakeMs = Math.min(this.nextWakeMs, wakeAtMs);
      return;
    }
    named.isInLine = true;
    named.tenant.line.push(named);
    this.queueUp(named.tenant);
  }

  /** Those that had no room may have some: an attempt of another tenant has ended. */
  private letIn(): void {
    for (const tenant of this.full) {
      if (!tenant.window.hasRoom) return;
      this.full.delete(tenant);
      this.queueUp(tenant);
    }
  }

  private queueUp(tenant: Tenant<Task>): void {
    if (tenant.isInLine || tenant.line.size === 0) return;
    this.full.delete(tenant);
    tenant.isInLine = true;
    this.line.push(tenant);
  }

  private wake(nowMs: number): void {
    const sleepers = [...this.sleeping];
    this.sleeping.clear();
    this.nextWakeMs = Infinity;
    for (const named of sleepers) this.standInLine(named, nowMs);
    // All are looked at each time, and of thousands one is due in every moment.
    this.nextWakeMs = Math.max(this.nextWakeMs, nowMs + sleepers.length / LOOKED_AT_EACH_MS);
  }
}
