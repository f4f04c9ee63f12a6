import type { Fact, TopicNames, WebhookState } from '@signalbox/contracts';
import { compareVersions, deadLetterRecord, decodeDelivery } from '@signalbox/contracts';
import type { HttpTransport } from '@signalbox/egress';
import type {
  AssignedPartition,
  CommitEntry,
  Join,
  LogBatch,
  LogConsumer,
  LogHandler,
  LogProducer,
  LogRecord,
  PartitionPosition,
  TailReader,
} from '@signalbox/kafka';
import { LedgerBook } from '@signalbox/positions';
import type { WebhookLookup } from '../../webhooks/webhook-lookup.port.ts';
import type { LaneLimits, LaneSignal } from '../domain/lane.ts';
import { Lanes } from '../domain/lanes.ts';
import { Parking } from '../domain/parking.ts';
import { attempted, deferred, expired, skipped } from '../domain/send-facts.ts';
import type { SendProfile } from '../domain/send-profile.ts';
import { attemptHeaders } from '../domain/send-profile.ts';
import { outcomeOf, refusedOutcome, signalOf } from './post-outcome.ts';
import type { SendProfiles } from './send-profiles.ts';
import type { RecoveredFact } from './sender-recovery.ts';
import { attemptsMetadata, isAbout, recoverFacts } from './sender-recovery.ts';
import type { OwnedTask } from './settlement.ts';
import { Settlement } from './settlement.ts';

export interface SenderOptions {
  readonly directory: WebhookLookup;
  readonly profiles: SendProfiles;
  readonly transport: HttpTransport;
  readonly producer: LogProducer;
  /** Of `attempts`. */
  readonly attemptsTail: Pick<TailReader, 'read'>;
  readonly topics: TopicNames;
  readonly laneLimits: LaneLimits;
  readonly limits: SenderLimits;
  readonly now: () => number;
  readonly observer: SenderObserver;
}

export interface SenderLimits {
  /** Records held in memory, queued and under way; at the cap reading pauses (invariant 5). */
  readonly maxHeld: number;
  readonly maxHeldBytes: number;
  /** A task that has waited in its lane for this long is deferred (invariant 4). */
  readonly maxQueuedMs: number;
  /** How long a delivery waits for the webhook's state it was routed with (invariant 7). */
  readonly maxBehindMs: number;
}

export const DEFAULT_SENDER_LIMITS: SenderLimits = {
  maxHeld: 8_192,
  maxHeldBytes: 64 * 1_024 * 1_024,
  maxQueuedMs: 10_000,
  maxBehindMs: 5_000,
};

/** What the sender tells of its work; counted, never awaited. */
export interface SenderObserver {
  onFact(fact: Fact): void;
  onDeadLetter(source: string, message: string): void;
  onConfigurationBehind(webhookId: string): void;
  onUnknownKey(webhookId: string, detail: string): void;
}

/** The longest `maxAgeMs` a webhook may have: what waits for a webhook that nobody knows ends after it. */
const LONGEST_LIFE_MS = 604_800_000;
/** Start no work when the group has not answered for this long: another member may hold the partitions by now. */
const MAX_HEARTBEAT_AGE_MS = 4_500;

/** Deliveries → signed POSTs → facts. See Settlement for the order in which things become done. */
export class Sender implements LogHandler {
  private readonly book = new LedgerBook<number>();
  private readonly lanes: Lanes<OwnedTask>;
  private readonly parking = new Parking<OwnedTask>();
  private readonly settlement: Settlement;
  /** What `attempts` told of records above the committed offset, by partition and offset. */
  private recovered = new Map<number, ReadonlyMap<number, RecoveredFact>>();
  /** Outcomes that came while the group was silent: settled when it is clear who holds the partition. */
  private unsettled: (() => void)[] = [];
  private consumer: LogConsumer | undefined;
  private active = 0;
  private activeBytes = 0;
  private isHeldBack = false;
  private isStopping = false;
  private onIdle: (() => void) | undefined;

  constructor(private readonly options: SenderOptions) {
    this.lanes = new Lanes<OwnedTask>(options.laneLimits);
    this.settlement = new Settlement({ ...options, whenFresh: (work) => this.whenFresh(work) });
    options.producer.onDrained(() => this.goOn());
    options.directory.onApplied((webhookId) => {
      if (!this.mayWork()) return;
      for (const task of this.parking.take(webhookId)) this.admit(task);
      this.pump();
    });
  }

  /** POSTs that have not ended. */
  get inFlight(): number {
    return this.active;
  }

  get queued(): number {
    return this.lanes.waiting + this.parking.size;
  }

  attach(consumer: LogConsumer): void {
    this.consumer = consumer;
  }

  onJoin(join: Join): void {
    this.book.onJoin(join);
    this.lanes.clear();
    this.parking.clear();
    this.recovered.clear();
  }

  async locate(assigned: readonly AssignedPartition[], signal: AbortSignal): Promise<readonly PartitionPosition[]> {
    const missing = assigned.find((of) => of.committedOffset === null);
    if (missing !== undefined) {
      throw new Error(`no start offset is committed for ${missing.topic}/${missing.partition}: run the topics command`);
    }
    const { attempts } = this.options.topics;
    const { partitions, ends } = await recoverFacts(this.options.attemptsTail, attempts, assigned, signal);
    for (const end of ends) this.settlement.attemptsEnds.note(end.partition, end.offset);
    this.recovered = new Map([...partitions].map(([partition, { facts }]) => [partition, facts]));
    return assigned.map((of) => {
      const offset = of.committedOffset ?? of.logStart;
      const { tag, upTo = -1 } = partitions.get(of.partition) ?? {};
      this.book.open(of, offset, { done: [], tag, upTo });
      return { topic: of.topic, partition: of.partition, offset };
    });
  }

  onBatch(batch: LogBatch): void {
    const consumer = this.requireConsumer();
    if (!this.mayWork()) {
      consumer.seek({ topic: batch.topic, partition: batch.partition, offset: batch.position });
      return;
    }
    const ledger = this.book.ledger(batch);
    const recovered = this.recovered.get(batch.partition);
    const tag = this.settlement.attemptsEnds.snapshot()[batch.partition] ?? 0;
    for (const record of batch.records) {
      if (ledger.take(record.offset, tag) !== 'new') continue;
      const task = this.taskOf(record, ledger);
      const found = recovered?.get(record.offset);
      if (task === undefined) {
        this.putAside(record, ledger);
      } else if (found === undefined || !isAbout(found.fact, task.delivery)) {
        this.admit(task);
      } else if (found.isPaid) {
        ledger.complete(record.offset);
      } else {
        ledger.begin(record.offset);
        this.settlement.payDebt(task, found.fact);
      }
    }
    ledger.passTo(batch.nextPosition);
    this.pump();
    if (this.isCrowded(1) || ledger.isFull) this.holdBack(consumer);
  }

  onAdvance(position: PartitionPosition): void {
    this.book.ledger(position).passTo(position.offset);
  }

  /** What the commit loop commits. */
  toCommit(): readonly CommitEntry[] {
    const known = this.settlement.attemptsEnds.snapshot();
    return this.book.toCommit((of, _offset, tag) => attemptsMetadata(tag ?? known[of.partition] ?? 0));
  }

  onCommitted(entries: readonly CommitEntry[]): void {
    this.book.onCommitted(entries);
  }

  /** To be called a few times a second: moves what has waited too long, and goes on where it was held back. */
  tick(): void {
    if (!this.mayWork()) return;
    const nowMs = this.options.now();
    const waiting = this.unsettled;
    this.unsettled = [];
    for (const work of waiting) work();
    // What became known while the group was silent was not looked at.
    for (const task of this.parking.takeAll()) this.admit(task, task.queuedAtMs);
    for (const { task } of this.lanes.expel(nowMs - this.options.limits.maxQueuedMs)) {
      this.finish(task, deferred(task, nowMs, 'queued too long'));
    }
    for (const task of this.parking.takeOlder(nowMs - this.options.limits.maxBehindMs)) {
      this.options.observer.onConfigurationBehind(task.webhookId);
      this.finish(task, deferred(task, nowMs, 'configuration behind'));
    }
    this.pump();
    this.goOn();
  }

  /** Starts nothing more; resolves when every POST under way has ended and its outcome is settled. */
  async drain(): Promise<void> {
    this.isStopping = true;
    this.lanes.clear();
    this.parking.clear();
    if (this.active > 0) await new Promise<void>((resolve) => (this.onIdle = resolve));
    for (const work of this.unsettled) work();
    this.unsettled = [];
    await this.options.producer.flush();
    // What a fact owes is appended when the fact is acknowledged.
    await this.options.producer.flush();
  }

  private taskOf(record: LogRecord, ledger: OwnedTask['ledger']): OwnedTask | undefined {
    const delivery = decodeDelivery(record.headers);
    if (delivery === undefined || record.key === null || record.value === null) return undefined;
    return {
      ledger,
      partition: record.partition,
      offset: record.offset,
      webhookId: record.key.toString('latin1'),
      delivery: delivery.roundStartedAtMs === 0 ? { ...delivery, roundStartedAtMs: record.timestampMs } : delivery,
      body: record.value,
      bytes: record.value.length,
      queuedAtMs: this.options.now(),
    };
  }

  private admit(task: OwnedTask, parkedAtMs = this.options.now()): void {
    const nowMs = this.options.now();
    const routedWith = { epoch: task.delivery.webhookEpoch, version: task.delivery.webhookVersion };
    const record = this.options.directory.get(task.webhookId);
    if (record === undefined || compareVersions(record, routedWith) < 0) {
      if (nowMs - task.delivery.roundStartedAtMs > LONGEST_LIFE_MS)
        this.finish(task, expired(task, nowMs, LONGEST_LIFE_MS));
      else this.parking.add(task.webhookId, task, parkedAtMs);
    } else if (!this.endsBefore(task, record, nowMs)) {
      const full = this.lanes.offer(task.webhookId, task, nowMs, this.isCrowded(0.5));
      if (full !== undefined) this.finish(task, deferred(task, nowMs, 'queue full', full));
    }
  }

  /** Settles a task that must not be sent at all: its webhook is off or gone, or it is too old. */
  private endsBefore(task: OwnedTask, record: ReturnType<WebhookLookup['get']>, nowMs: number): record is undefined {
    if (record === undefined || record.deleted) {
      this.finish(task, skipped(task, nowMs, 'webhook deleted'));
    } else if (!record.enabled) {
      this.finish(task, skipped(task, nowMs, 'webhook disabled'));
    } else if (nowMs - task.delivery.roundStartedAtMs > record.retryPolicy.maxAgeMs) {
      this.finish(task, expired(task, nowMs, record.retryPolicy.maxAgeMs));
    } else {
      return false;
    }
    return true;
  }

  private pump(): void {
    if (this.isStopping || !this.mayWork()) return;
    while (!this.options.producer.isSaturated()) {
      const nowMs = this.options.now();
      const turn = this.lanes.next(nowMs);
      if (turn === undefined) return;
      this.send(turn.task, nowMs);
    }
  }

  private send(task: OwnedTask, nowMs: number): void {
    const release = (signal: LaneSignal, attemptMs?: number): void =>
      this.lanes.finish(task.webhookId, signal, this.options.now(), attemptMs);
    // The state at send time counts: the webhook may have changed while the delivery waited.
    const record = this.options.directory.get(task.webhookId);
    if (this.endsBefore(task, record, nowMs)) {
      release('neutral');
      return;
    }
    const profile = this.options.profiles.of(record as WebhookState);
    if ('kind' in profile) {
      release('neutral');
      if (profile.kind === 'unknown key') {
        this.options.observer.onUnknownKey(task.webhookId, profile.detail);
        this.finish(task, deferred(task, nowMs, 'unknown key', { detail: profile.detail }));
      } else {
        const policy = (record as WebhookState).retryPolicy;
        this.finish(task, attempted(task, refusedOutcome(profile.detail, nowMs), policy));
      }
      return;
    }
    this.post(task, profile, nowMs, release);
  }

  private post(
    task: OwnedTask,
    profile: SendProfile,
    startedAtMs: number,
    release: (signal: LaneSignal, attemptMs?: number) => void,
  ): void {
    task.ledger.begin(task.offset);
    this.active++;
    this.activeBytes += task.bytes;
    const { endpoint, timeoutMs, retryPolicy } = profile;
    const headers = attemptHeaders(profile, task.delivery, task.body, startedAtMs);
    this.options.transport.post({ endpoint, headers, body: task.body, timeoutMs }, (outcome) => {
      const endedAtMs = this.options.now();
      this.active--;
      this.activeBytes -= task.bytes;
      const isOwnFault = outcome.kind === 'failed' && outcome.isOwnFault;
      release(isOwnFault ? 'neutral' : signalOf(outcome), outcome.timings.totalMs);
      this.whenFresh(() =>
        this.finish(
          task,
          isOwnFault
            ? deferred(task, endedAtMs, 'own fault', { detail: outcome.message })
            : attempted(task, outcomeOf(outcome, startedAtMs, endedAtMs), retryPolicy),
        ),
      );
      if (this.active === 0) this.onIdle?.();
      this.pump();
      this.goOn();
    });
  }

  private finish(task: OwnedTask, fact: Fact): void {
    task.ledger.begin(task.offset);
    this.options.observer.onFact(fact);
    this.settlement.settle(task, fact);
  }

  private putAside(record: LogRecord, ledger: OwnedTask['ledger']): void {
    ledger.begin(record.offset);
    const message = 'is no delivery: the header "delivery" is missing or not of a known layout';
    const letter = deadLetterRecord(record, { reason: 'unreadable', message, by: 'sender', atMs: this.options.now() });
    this.options.producer.append({ topic: this.options.topics.deadLetters, ...letter }, () =>
      ledger.complete(record.offset),
    );
    this.options.observer.onDeadLetter(`${record.topic}/${record.partition}/${record.offset}`, message);
  }

  private mayWork(): boolean {
    return this.consumer !== undefined && this.consumer.msSinceHeartbeat() <= MAX_HEARTBEAT_AGE_MS;
  }

  private whenFresh(work: () => void): void {
    if (this.isStopping || this.mayWork()) work();
    else this.unsettled.push(work);
  }

  private isCrowded(share: number): boolean {
    const { maxHeld, maxHeldBytes } = this.options.limits;
    return (
      this.active + this.settlement.count + this.queued >= maxHeld * share ||
      this.activeBytes + this.settlement.bytes + this.lanes.bytes + this.parking.bytes >= maxHeldBytes * share ||
      this.options.producer.isSaturated()
    );
  }

  private holdBack(consumer: LogConsumer): void {
    this.isHeldBack = true;
    consumer.pause(this.book.held());
  }

  private goOn(): void {
    if (!this.isHeldBack || this.isStopping || this.isCrowded(0.5)) return;
    const held = this.book.held();
    const roomy = held.filter((of) => !this.book.ledger(of).isFull);
    this.isHeldBack = roomy.length < held.length;
    this.consumer?.resume(roomy);
  }

  private requireConsumer(): LogConsumer {
    if (this.consumer === undefined) throw new Error('the sender was given records before its consumer');
    return this.consumer;
  }
}
