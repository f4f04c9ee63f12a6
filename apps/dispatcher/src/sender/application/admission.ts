import type { BreakerChanged, DeferralReason, Fact, WebhookRecord, WebhookState } from '@signalbox/contracts';
import { attemptIdOfDelivery, compareVersions } from '@signalbox/contracts';
import type { BreakerChange, BreakerSignal } from '../domain/breaker.ts';
import { Breakers } from '../domain/breakers.ts';
import type { ExpectedTurn } from '../domain/deferral.ts';
import type { LaneSignal } from '../domain/lane.ts';
import type { Crowding } from '../domain/lanes.ts';
import { Lanes } from '../domain/lanes.ts';
import { Parking } from '../domain/parking.ts';
import { breakerChanged, deferred, expired, skipped } from '../domain/send-facts.ts';
import type { SenderOptions } from './sender-options.ts';
import type { OwnedTask } from './settlement.ts';

export interface AdmissionOptions extends Pick<
  SenderOptions,
  'directory' | 'laneLimits' | 'limits' | 'now' | 'observer'
> {
  /** Settles a task with what came of it. */
  readonly finish: (task: OwnedTask, fact: Fact) => void;
  /** Records a fact that settles nothing. */
  readonly tell: (task: OwnedTask, fact: BreakerChanged) => void;
  /** The receiver of this state of the webhook wants nothing more. */
  readonly isStopped: (state: WebhookState) => boolean;
  /** How full the sender as a whole is. */
  readonly crowding: () => Crowding & { readonly isCramped: boolean };
}

/** A delivery whose turn it is, with the state of its webhook to send it by. `end` must be called once. */
export interface Ready {
  readonly task: OwnedTask;
  readonly state: WebhookState;
  readonly isProbe: boolean;
}

/** What an attempt says about its endpoint. */
export interface EndpointSignals {
  readonly lane: LaneSignal;
  readonly breaker: BreakerSignal;
}

export const NOTHING_LEARNT: EndpointSignals = { lane: 'neutral', breaker: 'neutral' };

/** The longest `maxAgeMs` a webhook may have: what waits for a webhook that nobody knows ends after it. */
const LONGEST_LIFE_MS = 604_800_000;
const LOOK_MS = 250;

/** What waits in memory before its POST, and what may not wait there: it is deferred, skipped or expired. */
export class Admission {
  private readonly lanes: Lanes<OwnedTask>;
  private readonly parking = new Parking<OwnedTask>();
  private readonly breakers = new Breakers();
  private lookedAtMs = 0;

  constructor(private readonly options: AdmissionOptions) {
    this.lanes = new Lanes<OwnedTask>(options.laneLimits);
  }

  get queued(): number {
    return this.lanes.waiting + this.parking.size;
  }

  get bytes(): number {
    return this.lanes.bytes + this.parking.bytes;
  }

  get openBreakers(): { readonly open: number; readonly halfOpen: number } {
    return { open: this.breakers.openCount, halfOpen: this.breakers.halfOpenCount };
  }

  /** Queues the task, or settles it where it cannot wait here. */
  admit(task: OwnedTask, parkedAtMs = this.options.now()): void {
    const nowMs = this.options.now();
    const routedWith = { epoch: task.delivery.webhookEpoch, version: task.delivery.webhookVersion };
    const record = this.options.directory.get(task.webhookId);
    if (record === undefined || compareVersions(record, routedWith) < 0) {
      if (nowMs - task.delivery.roundStartedAtMs > LONGEST_LIFE_MS)
        this.options.finish(task, expired(task, nowMs, LONGEST_LIFE_MS));
      else this.parking.add(task.webhookId, task, parkedAtMs);
    } else if (!this.endsBefore(task, record, nowMs)) {
      this.queue(task, record as WebhookState, nowMs);
    }
  }

  /** It exists no more: nothing is sent to it that could close its breaker. */
  forgetDeleted(webhookId: string): void {
    if (this.options.directory.get(webhookId)?.deleted === true) this.breakers.forgetWebhook(webhookId);
  }

  /** A newer state of the webhook is known. */
  onApplied(webhookId: string): void {
    for (const task of this.parking.take(webhookId)) this.admit(task);
  }

  /** Its receiver wants nothing more: what is queued for it waits until that is in effect. */
  stop(webhookId: string): void {
    const record = this.options.directory.get(webhookId);
    if (record === undefined || record.deleted || !this.options.isStopped(record)) return;
    for (const { task } of this.lanes.empty(webhookId, this.options.now())) this.defer(task, record, 'receiver gone');
  }

  /** The next delivery that may be sent now. */
  next(nowMs: number): Ready | undefined {
    for (let turn = this.lanes.next(nowMs); turn !== undefined; turn = this.lanes.next(nowMs)) {
      const { task } = turn;
      // The state at send time counts: the webhook may have changed while the delivery waited.
      const record = this.options.directory.get(task.webhookId);
      const state = this.endsBefore(task, record, nowMs) ? undefined : (record as WebhookState);
      if (state === undefined) {
        this.lanes.finish(task, 'neutral', nowMs);
        continue;
      }
      const permitted = this.breakers.permits(task.webhookId, nowMs);
      if (permitted === 'no') {
        this.lanes.finish(task, 'neutral', nowMs);
        this.deferForBreaker(task, state, nowMs);
        continue;
      }
      if (permitted === 'probe') this.onChange(task, this.breakers.beginProbe(task.webhookId), nowMs);
      return { task, state, isProbe: permitted === 'probe' };
    }
    return undefined;
  }

  /** A turn ended; `attemptMs` is absent where no attempt was made. */
  end({ task, state, isProbe }: Ready, signals: EndpointSignals, attemptMs?: number): void {
    const nowMs = this.options.now();
    this.lanes.finish(task, signals.lane, nowMs, attemptMs);
    const { webhookId, partition, wasHeldBack } = task;
    // Of a webhook that was deleted meanwhile nothing is learnt that anybody would forget again.
    if (task.ledger.ended || this.options.directory.get(webhookId)?.deleted !== false) return;
    const change = this.breakers.onOutcome(
      { webhookId, partition, url: state.url, wasHeldBack },
      signals.breaker,
      isProbe,
      nowMs,
      () => attemptIdOfDelivery(task.delivery),
    );
    this.onChange(task, change, nowMs);
  }

  defer(task: OwnedTask, state: WebhookState, reason: DeferralReason, turn?: ExpectedTurn, detail?: string): void {
    const more = {
      maxAgeMs: state.retryPolicy.maxAgeMs,
      ...(turn === undefined ? {} : { turn }),
      ...(detail === undefined ? {} : { detail }),
    };
    this.options.finish(task, deferred(task, this.options.now(), reason, more));
  }

  /** To be called a few times a second: moves what has waited too long. */
  tick(): void {
    const { now, limits, observer } = this.options;
    const nowMs = now();
    if (nowMs - this.lookedAtMs < LOOK_MS) return;
    this.lookedAtMs = nowMs;
    // What became known while the group was silent was not looked at.
    for (const task of this.parking.takeAll()) this.admit(task, task.queuedAtMs);
    const late = [...this.lanes.expel(nowMs - limits.maxQueuedMs, nowMs)];
    if (this.options.crowding().isCramped) {
      late.push(...this.lanes.expelStalled(limits.maxStalledMs, nowMs - limits.maxStalledMs, nowMs));
    }
    for (const { task } of late) {
      const record = this.options.directory.get(task.webhookId);
      if (!this.endsBefore(task, record, nowMs)) this.defer(task, record as WebhookState, 'queued too long');
    }
    for (const task of this.parking.takeOlder(nowMs - limits.maxBehindMs)) {
      observer.onConfigurationBehind(task.webhookId);
      this.options.finish(task, deferred(task, nowMs, 'configuration behind'));
    }
    this.lanes.sweep(nowMs);
    this.breakers.sweep(nowMs);
  }

  /** Forgets what is queued, as on a join; what is learnt about endpoints stays, but for partitions that went away. */
  clear(lostPartitions: ReadonlySet<number> = new Set()): void {
    this.lanes.clear(this.options.now());
    this.parking.clear();
    if (lostPartitions.size > 0) this.breakers.forgetPartitions(lostPartitions);
  }

  private queue(task: OwnedTask, state: WebhookState, nowMs: number): void {
    const { webhookId, partition } = task;
    if (this.options.isStopped(state)) {
      this.defer(task, state, 'receiver gone');
      return;
    }
    this.onChange(task, this.breakers.onAddressed({ webhookId, partition, url: state.url }, nowMs), nowMs);
    const permitted = this.breakers.permits(webhookId, nowMs);
    // Of those that come when a probe is due only one is taken.
    if (permitted === 'no' || (permitted === 'probe' && !this.lanes.isIdle(webhookId))) {
      this.deferForBreaker(task, state, nowMs);
      return;
    }
    const { tenantId } = task.delivery;
    const owner = { webhookId, tenantId, rateLimitPerSecond: state.rateLimitPerSecond };
    const refusal = this.lanes.offer(owner, task, nowMs, this.options.crowding());
    if (refusal === undefined) return;
    this.defer(task, state, refusal.reason, { expectedWaitMs: refusal.expectedWaitMs, kind: 'booked' });
  }

  /** Settles a task that must not be sent at all: its webhook is off or gone, or it is too old. */
  private endsBefore(task: OwnedTask, record: WebhookRecord | undefined, nowMs: number): boolean {
    if (record === undefined || record.deleted) {
      this.options.finish(task, skipped(task, nowMs, 'webhook deleted'));
    } else if (!record.enabled) {
      this.options.finish(task, skipped(task, nowMs, 'webhook disabled'));
    } else if (nowMs - task.delivery.roundStartedAtMs > record.retryPolicy.maxAgeMs) {
      this.options.finish(task, expired(task, nowMs, record.retryPolicy.maxAgeMs));
    } else {
      return false;
    }
    return true;
  }

  private deferForBreaker(task: OwnedTask, state: WebhookState, nowMs: number): void {
    this.defer(task, state, 'breaker open', this.breakers.turnOf(task.webhookId, nowMs));
  }

  private onChange(cause: OwnedTask, change: BreakerChange | undefined, nowMs: number): void {
    if (change === undefined) return;
    this.options.tell(cause, breakerChanged(cause, nowMs, change));
    if (change.state === 'closed') this.lanes.slowStart(cause.webhookId);
    if (change.state !== 'open') return;
    const record = this.options.directory.get(cause.webhookId);
    if (record === undefined || record.deleted) return;
    for (const { task } of this.lanes.empty(cause.webhookId, nowMs)) this.deferForBreaker(task, record, nowMs);
  }
}
