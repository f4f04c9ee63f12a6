import type { Fact } from '@signalbox/contracts';
import { deadLetterRecord, decodeDelivery, decodeWait } from '@signalbox/contracts';
import type {
  AssignedPartition,
  CommitEntry,
  Join,
  LogBatch,
  LogConsumer,
  LogHandler,
  LogRecord,
  PartitionPosition,
} from '@signalbox/kafka';
import { LedgerBook } from '@signalbox/positions';
import { RepaidDebts } from '../domain/repaid-debts.ts';
import { HELD_BACK, owedBy } from '../domain/send-facts.ts';
import { Admission } from './admission.ts';
import { Posting } from './posting.ts';
import { RecoveredFacts } from './recovered-facts.ts';
import { ReceiverSteering } from './receiver-steering.ts';
import type { SenderOptions } from './sender-options.ts';
import { attemptsMetadata, isAbout, recoverFacts } from './sender-recovery.ts';
import type { OwnedTask } from './settlement.ts';
import { Settlement } from './settlement.ts';

/** Start no work when the group has not answered for this long: another member may hold the partitions by now. */
const MAX_HEARTBEAT_AGE_MS = 4_500;
/**
 * Facts of who held a partition before may come so long after a join: what was queued while its group was silent goes out
 * when it has joined again, which may be after this sender has read `attempts`.
 */
const LATE_FACTS_MS = 10_000;

/** Deliveries → signed POSTs → facts. See Settlement for the order in which things become done. */
export class Sender implements LogHandler {
  private readonly book = new LedgerBook<number>();
  private readonly steering: ReceiverSteering;
  private readonly settlement: Settlement;
  private readonly admission: Admission;
  private readonly posting: Posting;
  private readonly recovered = new RecoveredFacts();
  private readonly repaid = new RepaidDebts();
  /** How far `attempts` was read on assignment, by partition. */
  private readonly readUpTo = new Map<number, number>();
  private locatedAtMs = 0;
  /** Outcomes that came while the group was silent: settled when it is clear who holds the partition. */
  private unsettled: (() => void)[] = [];
  private consumer: LogConsumer | undefined;
  private isHeldBack = false;
  private isStopping = false;

  constructor(private readonly options: SenderOptions) {
    const whenFresh = (work: () => void): void => this.whenFresh(work);
    const finish = (task: OwnedTask, fact: Fact): void => this.finish(task, fact);
    this.steering = new ReceiverSteering({
      disabler: options.disabler,
      get: (webhookId) => options.directory.get(webhookId),
      now: options.now,
      onDisableFailed: (webhookId, error) => options.observer.onDisableFailed(webhookId, error),
      recordAgain: (fact, partition, again) => this.settlement.recordAgain(fact, partition, again),
    });
    const onRecorded = (task: OwnedTask, fact: Fact, offset: number): void => this.steer(task, fact, offset);
    this.settlement = new Settlement({ ...options, whenFresh, onRecorded });
    this.admission = new Admission({
      ...options,
      finish,
      tell: (task, fact) => {
        options.observer.onFact(fact);
        this.settlement.tell(task, fact);
      },
      isStopped: (state) => this.steering.isStopped(state),
      crowding: () => ({
        isCrowded: this.isHolding(0.5),
        isCramped: this.isHolding(0.75),
        roomFor: options.limits.maxHeld / 2,
        roomForBytes: options.limits.maxHeldBytes / 2,
      }),
    });
    this.posting = new Posting({
      ...options,
      admission: this.admission,
      finish,
      whenFresh,
      mayWork: () => this.mayWork(),
      onEnded: () => {
        this.pump();
        this.goOn();
      },
    });
    options.producer.onDrained(() => this.goOn());
    options.directory.onApplied((webhookId) => {
      this.steering.onApplied(webhookId);
      this.admission.forgetDeleted(webhookId);
      if (!this.mayWork()) return;
      this.admission.onApplied(webhookId);
      this.pump();
    });
  }

  /** POSTs that have not ended. */
  get inFlight(): number {
    return this.posting.count;
  }

  get queued(): number {
    return this.admission.queued;
  }

  /** Verdicts of receivers that wait for config-service. */
  get unansweredVerdicts(): number {
    return this.steering.unanswered;
  }

  get openBreakers(): Admission['openBreakers'] {
    return this.admission.openBreakers;
  }

  attach(consumer: LogConsumer): void {
    this.consumer = consumer;
  }

  onJoin(join: Join): void {
    this.book.onJoin(join, !this.isStopping);
    const lost = join.isContinuous ? join.lost : [...join.lost, ...join.assigned];
    const lostPartitions = new Set(lost.map(({ partition }) => partition));
    this.admission.clear(lostPartitions);
    this.steering.forgetPartitions(lostPartitions);
    this.repaid.forgetPartitions(lostPartitions);
    this.recovered.clear();
  }

  async locate(assigned: readonly AssignedPartition[], signal: AbortSignal): Promise<readonly PartitionPosition[]> {
    const missing = assigned.find((of) => of.committedOffset === null);
    if (missing !== undefined) {
      throw new Error(`no start offset is committed for ${missing.topic}/${missing.partition}: run the topics command`);
    }
    const { attempts } = this.options.topics;
    const { partitions, ends, verdicts } = await recoverFacts(this.options.attemptsTail, attempts, assigned, signal);
    for (const { fact, at } of verdicts) this.steering.onFact(fact, at);
    this.locatedAtMs = this.options.now();
    for (const end of ends) {
      this.settlement.attemptsEnds.note(end.partition, end.offset);
      this.readUpTo.set(end.partition, end.offset);
    }
    this.recovered.replace(partitions);
    return assigned.map((of) => {
      const offset = of.committedOffset ?? of.logStart;
      const { tag, upTo = -1 } = partitions.get(of.partition) ?? {};
      this.book.open(of, offset, { done: [], tag, upTo });
      return { topic: of.topic, partition: of.partition, offset };
    });
  }

  onBatch(batch: LogBatch): void {
    if (!this.mayWork()) {
      // Paused, or the same would be fetched over and over until the group answers.
      this.holdBack();
      this.consumer?.seek({ topic: batch.topic, partition: batch.partition, offset: batch.position });
      return;
    }
    const ledger = this.book.ledger(batch);
    const tag = this.knownOf(batch.partition);
    for (const record of batch.records) {
      const found = this.recovered.take(record.partition, record.offset);
      if (ledger.take(record.offset, tag) !== 'new') continue;
      const task = this.taskOf(record, ledger);
      if (task === undefined) {
        this.putAside(record, ledger);
      } else if (found === undefined || !isAbout(found.fact, task.delivery)) {
        if (this.repaid.isSecond(batch.partition, record.offset, task.delivery)) ledger.complete(record.offset);
        else this.admission.admit(task);
      } else if (found.isPaid) {
        ledger.complete(record.offset);
      } else {
        const owed = owedBy(found.fact, task.delivery);
        if (owed !== undefined) this.repaid.add(batch.partition, owed.delivery);
        ledger.begin(record.offset);
        this.settlement.payDebt(task, found.fact);
      }
    }
    ledger.passTo(batch.nextPosition);
    this.pump();
    if (this.isHolding(1) || ledger.isFull) this.holdBack();
  }

  onAdvance(position: PartitionPosition): void {
    this.book.ledger(position).passTo(position.offset);
  }

  /** What the commit loop commits. */
  toCommit(): readonly CommitEntry[] {
    return this.book.toCommit(({ partition }, _offset, tag) => {
      const position = tag ?? this.knownOf(partition);
      return attemptsMetadata(Math.min(position, this.steering.oldestUnanswered(partition) ?? position));
    });
  }

  onCommitted(entries: readonly CommitEntry[]): void {
    this.book.onCommitted(entries);
  }

  /** To be called every few milliseconds: starts what has its turn by now, moves what has waited too long. */
  tick(): void {
    this.posting.tick();
    if (!this.mayWork()) return;
    const waiting = this.unsettled;
    this.unsettled = [];
    for (const work of waiting) work();
    this.steering.tick();
    this.admission.tick();
    this.pump();
    this.goOn();
  }

  /** Starts nothing more; resolves when every POST that went out has ended and its fact is to be appended. */
  async drain(): Promise<void> {
    this.isStopping = true;
    this.admission.clear();
    await this.posting.stop();
    for (const work of this.unsettled) work();
    this.unsettled = [];
  }

  /** Facts about records that come now lie behind this position in `attempts`, also those that come late. */
  private knownOf(partition: number): number {
    const known = this.settlement.attemptsEnds.snapshot()[partition] ?? 0;
    const mayComeLate = this.options.now() - this.locatedAtMs < LATE_FACTS_MS;
    return mayComeLate ? Math.min(known, this.readUpTo.get(partition) ?? known) : known;
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
      // Copied: a record's bytes are a part of the whole answer they came in, which would stay in memory with them.
      body: Buffer.from(record.value),
      bytes: record.value.length,
      deferrals: delivery.deferrals,
      wasHeldBack: delivery.deferrals > 0 && decodeWait(record.headers)?.reason === HELD_BACK,
      queuedAtMs: this.options.now(),
    };
  }

  private pump(): void {
    if (this.isStopping || !this.mayWork()) return;
    while (!this.options.producer.isSaturated()) {
      const nowMs = this.options.now();
      const ready = this.admission.next(nowMs);
      if (ready === undefined) return;
      this.posting.send(ready, nowMs);
    }
  }

  private finish(task: OwnedTask, fact: Fact): void {
    task.ledger.begin(task.offset);
    this.options.observer.onFact(fact);
    this.steer(task, fact);
    this.settlement.settle(task, fact);
  }

  /**
   * Its receiver may have asked to be sent nothing more. Also where the partition went away meanwhile: its new owner may
   * have read `attempts` before this fact was there.
   */
  private steer(task: OwnedTask, fact: Fact, offset?: number): void {
    if (this.steering.onFact(fact, { partition: task.partition, offset })) this.admission.stop(task.webhookId);
  }

  private putAside(record: LogRecord, ledger: OwnedTask['ledger']): void {
    ledger.begin(record.offset);
    const message =
      record.fault?.message ?? 'is no delivery: the header "delivery" is missing or not of a known layout';
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

  /** Is this share of the room taken? */
  private isHolding(share: number): boolean {
    const { maxHeld, maxHeldBytes } = this.options.limits;
    const { posting, settlement, admission } = this;
    return (
      posting.count + settlement.count + admission.queued >= maxHeld * share ||
      posting.bytes + settlement.bytes + admission.bytes >= maxHeldBytes * share ||
      this.options.producer.isSaturated()
    );
  }

  private holdBack(): void {
    this.isHeldBack = true;
    this.consumer?.pause(this.book.held());
  }

  private goOn(): void {
    if (!this.isHeldBack || this.isStopping || !this.mayWork() || this.isHolding(0.5)) return;
    const held = this.book.held();
    const roomy = held.filter((of) => !this.book.ledger(of).isFull);
    this.isHeldBack = roomy.length < held.length;
    this.consumer?.resume(roomy);
  }
}
