import type { Delivery, TopicNames, Wait } from '@signalbox/contracts';
import {
  deadLetterRecord,
  decodeDelivery,
  decodeWait,
  encodeDelivery,
  RETRY_TIERS,
  retryTierFor,
} from '@signalbox/contracts';
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
  TopicPartition,
} from '@signalbox/kafka';
import type { KnownTail, PartitionLedger } from '@signalbox/positions';
import { decodePositions, encodePositions, LedgerBook, lowerPositions, PastPositions } from '@signalbox/positions';
import { LastMoves } from '../domain/last-moves.ts';
import { RecentIds } from '../domain/recent-ids.ts';
import { WakeHeap } from '../domain/wake-heap.ts';
import { nextStep, planWait } from '../domain/waiting-plan.ts';

export interface SchedulerOptions {
  readonly producer: LogProducer;
  /** Of `deliveries`. */
  readonly tail: KnownTail;
  readonly topics: TopicNames;
  /** Records held in memory; at the cap the partition is paused. */
  readonly maxHeld: number;
  readonly maxHeldBytes: number;
  readonly now: () => number;
  readonly observer: SchedulerObserver;
}

/** What the scheduler tells of its work; counted, never awaited. */
export interface SchedulerObserver {
  onDelivered(lateMs: number): void;
  onHopped(tier: string): void;
  onTwin(): void;
  onDeadLetter(source: string, message: string): void;
}

interface Held {
  readonly key: Buffer;
  readonly offset: number;
  readonly body: Buffer | null;
  readonly delivery: Delivery;
  readonly wait: Wait;
  readonly ledger: PartitionLedger<null>;
}

/** Start no work when the group has not answered for this long: another member may hold the partitions by now. */
const MAX_HEARTBEAT_AGE_MS = 4_500;
const MINUTE_MS = 60_000;
const SNAPSHOT_MS = 5_000;
/**
 * What was moved so long before the last move is committed: nothing is held for more than seconds, and the ends that are
 * committed are a minute old. Bounds what is remembered where nothing was committed that says from where to read.
 */
const LAST_MOVES_MS = 3 * MINUTE_MS;

/**
 * `retries.<tier>` → `deliveries`, at the due-at. A crash between a fact's debt and its commit leaves the same retry twice
 * in a tier, seconds apart: the ids of what was produced are kept for a minute, and read from `deliveries` on assignment,
 * however long ago its predecessor stopped.
 */
export class Scheduler implements LogHandler {
  private readonly book = new LedgerBook<null>();
  private readonly heap = new WakeHeap<Held>();
  private readonly produced = new RecentIds(MINUTE_MS);
  /** Given to the producer and not acknowledged yet, with the twins that came meanwhile: they end when it has landed. */
  private readonly pending = new Map<string, Held[]>();
  private heldBytes = 0;
  /** The ends of `deliveries` as of a minute ago: what is committed is as old at least. */
  private readonly pastEnds = new PastPositions(MINUTE_MS, SNAPSHOT_MS);
  private paused: { readonly of: TopicPartition; readonly untilMs: number }[] = [];
  private refreshedAtMs = 0;
  private consumer: LogConsumer | undefined;

  constructor(private readonly options: SchedulerOptions) {}

  /** Records held in memory. */
  get held(): number {
    return this.heap.size;
  }

  attach(consumer: LogConsumer): void {
    this.consumer = consumer;
  }

  onJoin(join: Join): void {
    this.book.onJoin(join);
    this.heap.clear();
    this.heldBytes = 0;
    this.paused = [];
  }

  async locate(assigned: readonly AssignedPartition[], signal: AbortSignal): Promise<readonly PartitionPosition[]> {
    const missing = assigned.find((of) => of.committedOffset === null);
    if (missing !== undefined) {
      throw new Error(`no start offset is committed for ${missing.topic}/${missing.partition}: run the topics command`);
    }
    const from = inheritedPositions(assigned);
    if (from === undefined) await this.options.tail.learnEnds(signal);
    else await this.readTail(from, signal);
    const ends = this.options.tail.snapshot();
    this.pastEnds.inherit(
      from === undefined ? ends : ends.map((_, partition) => from[partition] ?? 0),
      this.options.now(),
    );
    return assigned.map((of) => {
      const offset = of.committedOffset ?? of.logStart;
      this.book.open(of, offset, { done: [], tag: undefined, upTo: -1 });
      return { topic: of.topic, partition: of.partition, offset };
    });
  }

  onBatch(batch: LogBatch): void {
    const nowMs = this.options.now();
    if (!this.mayWork()) {
      // Paused, or the same would be fetched over and over until the group answers.
      this.pauseAt({ topic: batch.topic, partition: batch.partition, offset: batch.position }, nowMs);
      return;
    }
    const tier = RETRY_TIERS[this.options.topics.retries.indexOf(batch.topic)];
    if (tier === undefined) throw new Error(`${batch.topic} is no retry tier`);
    const ledger = this.book.ledger(batch);
    for (const record of batch.records) {
      const delivery = decodeDelivery(record.headers);
      const wait = decodeWait(record.headers);
      if (delivery === undefined || wait === undefined || record.key === null) {
        if (ledger.take(record.offset, null) === 'new') this.putAside(record, ledger);
        continue;
      }
      const timing = { appendedAtMs: record.timestampMs, tierDelayMs: tier.delayMs, dueAtMs: wait.dueAtMs, nowMs };
      const plan = planWait(timing);
      const isFull = this.isFull || ledger.isFull;
      if (plan.kind === 'pause' || isFull) {
        const untilMs = plan.kind === 'pause' ? plan.untilMs : (this.heap.nextAtMs ?? nowMs) + 100;
        ledger.passTo(record.offset);
        this.pauseAt(record, untilMs);
        return;
      }
      if (ledger.take(record.offset, null) === 'new') {
        this.hold(record, delivery, wait, ledger, plan.wakeAtMs);
      }
    }
    ledger.passTo(batch.nextPosition);
    this.tick();
  }

  onAdvance(position: PartitionPosition): void {
    this.book.ledger(position).passTo(position.offset);
  }

  /** To be called every few milliseconds: moves what is due. */
  tick(): void {
    if (!this.mayWork()) return;
    const nowMs = this.options.now();
    while (!this.options.producer.isSaturated()) {
      const held = this.heap.popDue(nowMs);
      if (held === undefined) break;
      this.heldBytes -= held.body?.length ?? 0;
      this.move(held, nowMs);
    }
    if (nowMs - this.refreshedAtMs >= SNAPSHOT_MS) {
      this.refreshedAtMs = nowMs;
      this.options.tail.refresh();
    }
    if (!this.paused.some(({ untilMs }) => untilMs <= nowMs)) return;
    const due = this.paused.filter(({ untilMs }) => untilMs <= nowMs).map(({ of }) => of);
    this.paused = this.paused.filter(({ untilMs }) => untilMs > nowMs);
    this.consumer?.resume(due);
  }

  /** What the commit loop commits. */
  toCommit(): readonly CommitEntry[] {
    this.pastEnds.note(this.options.tail.snapshot(), this.options.now());
    const metadata = encodePositions(this.pastEnds.oldest);
    return this.book.toCommit(() => metadata);
  }

  onCommitted(entries: readonly CommitEntry[]): void {
    this.book.onCommitted(entries);
  }

  private move(held: Held, nowMs: number): void {
    const step = nextStep(held.wait.dueAtMs, nowMs);
    if (step.kind === 'hold') {
      this.heldBytes += held.body?.length ?? 0;
      this.heap.push(held, step.wakeAtMs);
      return;
    }
    const { key, body, offset, delivery, wait, ledger } = held;
    ledger.begin(offset);
    if (step.kind === 'hop') {
      const tier = retryTierFor(step.remainingMs);
      const topic = this.options.topics.retries[tier] ?? '';
      const isVoid = (): boolean => ledger.ended;
      this.options.producer.append({ topic, key, value: body, headers: encodeDelivery(delivery, wait), isVoid }, () =>
        ledger.complete(offset),
      );
      this.options.observer.onHopped(RETRY_TIERS[tier]?.name ?? '');
      return;
    }
    this.deliver(held, nowMs);
  }

  /** Gives a delivery back to the senders, unless its twin went there already. */
  private deliver(held: Held, nowMs: number): void {
    const id = idOf(held.delivery);
    const twins = this.pending.get(id);
    if (twins !== undefined) {
      // Done only when the first has landed: this process may have lost and regained the partition meanwhile.
      twins.push(held);
      this.options.observer.onTwin();
      return;
    }
    if (this.produced.has(id)) {
      held.ledger.complete(held.offset);
      this.options.observer.onTwin();
      return;
    }
    const same: Held[] = [held];
    this.pending.set(id, same);
    this.options.producer.append(
      {
        topic: this.options.topics.deliveries,
        key: held.key,
        value: held.body,
        // Why it waited tells the sender what its webhook's breaker was like elsewhere.
        headers: encodeDelivery(held.delivery, held.wait),
        isVoid: () => same.every(({ ledger }) => ledger.ended),
        onVoid: () => this.pending.delete(id),
      },
      ({ partition, offset }) => {
        this.options.tail.note(partition, offset + 1);
        this.pending.delete(id);
        this.produced.add(id, this.options.now());
        for (const one of same) one.ledger.complete(one.offset);
      },
    );
    this.options.observer.onDelivered(nowMs - held.wait.dueAtMs);
  }

  private get isFull(): boolean {
    return this.heap.size >= this.options.maxHeld || this.heldBytes >= this.options.maxHeldBytes;
  }

  private hold(
    record: LogRecord,
    delivery: Delivery,
    wait: Wait,
    ledger: PartitionLedger<null>,
    wakeAtMs: number,
  ): void {
    // Copied: a record's bytes are a part of the whole answer they came in, which would stay in memory with them.
    const body = record.value === null ? null : Buffer.from(record.value);
    const key = Buffer.from(record.key ?? '');
    this.heldBytes += body?.length ?? 0;
    this.heap.push({ key, offset: record.offset, body, delivery, wait, ledger }, wakeAtMs);
  }

  private pauseAt({ topic, partition, offset }: PartitionPosition, untilMs: number): void {
    const of = { topic, partition };
    this.consumer?.pause([of]);
    this.consumer?.seek({ topic, partition, offset });
    this.paused.push({ of, untilMs });
  }

  private putAside(record: LogRecord, ledger: PartitionLedger<null>): void {
    ledger.begin(record.offset);
    const message =
      record.fault?.message ??
      'is no waiting delivery: the header "delivery" or "wait" is missing or not of a known layout';
    const why = { reason: 'unreadable', message, by: 'scheduler', atMs: this.options.now() } as const;
    this.options.producer.append({ topic: this.options.topics.deadLetters, ...deadLetterRecord(record, why) }, () =>
      ledger.complete(record.offset),
    );
    this.options.observer.onDeadLetter(`${record.topic}/${record.partition}/${record.offset}`, message);
  }

  private async readTail(from: readonly number[], signal: AbortSignal): Promise<void> {
    const moves = new Map<number, LastMoves>();
    const onRecord = (record: LogRecord): void => {
      // What the router made was never in a tier. Most are such, and each is read before anything is moved.
      if (decodeWait(record.headers) === undefined) return;
      const delivery = decodeDelivery(record.headers);
      if (delivery === undefined) return;
      let last = moves.get(record.partition);
      if (last === undefined) moves.set(record.partition, (last = new LastMoves(LAST_MOVES_MS)));
      last.add(idOf(delivery), record.timestampMs);
    };
    await this.options.tail.readFrom(from, onRecord, signal);
    const nowMs = this.options.now();
    for (const last of moves.values()) for (const id of last.ids()) this.produced.add(id, nowMs);
  }

  private mayWork(): boolean {
    return this.consumer !== undefined && this.consumer.msSinceHeartbeat() <= MAX_HEARTBEAT_AGE_MS;
  }
}

/** The same for twins of one retry or deferral, different for any two others. */
function idOf(delivery: Delivery): string {
  return `${delivery.deliveryId}/${delivery.round}/${delivery.attemptNumber}/${delivery.deferrals}`;
}

/**
 * The lowest of what was committed. Also where a tier has nothing to read now: a sender's recovery may put a twin there
 * at any time. Undefined where nothing was committed and there is nothing to read: nothing was ever produced then.
 */
function inheritedPositions(assigned: readonly AssignedPartition[]): readonly number[] | undefined {
  let lowest: readonly number[] | undefined;
  for (const of of assigned) {
    const positions = decodePositions(of.committedMetadata);
    if (positions === undefined && (of.committedOffset === null || of.committedOffset >= of.logEnd)) continue;
    lowest = lowest === undefined ? (positions ?? []) : lowerPositions(lowest, positions ?? []);
  }
  return lowest;
}
