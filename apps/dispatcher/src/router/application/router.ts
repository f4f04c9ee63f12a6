import type { DeadLetterReason } from '@signalbox/contracts';
import { deadLetterRecord, decodeDelivery } from '@signalbox/contracts';
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
import { decodePositions, encodePositions, LedgerBook, lowerPositions } from '@signalbox/positions';
import type { RoutingRules } from '../domain/route-event.ts';
import { routeEvent } from '../domain/route-event.ts';
import { FanOut, madeAs } from './fan-out.ts';

export interface RouterOptions {
  readonly rules: RoutingRules;
  readonly producer: LogProducer;
  /** Of `deliveries`. */
  readonly tail: KnownTail;
  readonly topics: { readonly deliveries: string; readonly deadLetters: string };
  readonly now: () => number;
  readonly observer: RouterObserver;
}

/** What the router tells of its work; counted, never awaited. */
export interface RouterObserver {
  onRouted(event: string, deliveries: number): void;
  onDeadLetter(reason: string, source: string, message: string): void;
}

/** Start no work when the group has not answered for this long: another member may hold the partitions by now. */
const MAX_HEARTBEAT_AGE_MS = 4_500;
/** Others write to `deliveries` as well: how far it reaches is asked for this often. */
const REFRESH_MS = 5_000;

type Tag = readonly number[];

/**
 * Auth events → deliveries. An event counts as done when every delivery of it is acknowledged. What an earlier owner
 * already produced for an event above the committed offset is read from the tail of `deliveries` and left out.
 */
export class Router implements LogHandler {
  private readonly book = new LedgerBook<Tag>();
  /** Source partition → source offset → webhooks that have the delivery already. */
  private readonly produced = new Map<string, Map<number, Set<string>>>();
  private consumer: LogConsumer | undefined;
  /** By partition: the event whose deliveries are being made. What comes behind it waits, other partitions do not. */
  private readonly fanOuts = new Map<string, FanOut>();
  private isHeldBack = false;
  private isStopping = false;
  private refreshedAtMs = 0;

  constructor(private readonly options: RouterOptions) {
    options.producer.onDrained(() => this.goOn());
  }

  attach(consumer: LogConsumer): void {
    this.consumer = consumer;
  }

  onJoin(join: Join): void {
    this.book.onJoin(join, !this.isStopping);
    this.produced.clear();
    for (const [key, { ended }] of this.fanOuts) if (ended) this.fanOuts.delete(key);
  }

  async locate(assigned: readonly AssignedPartition[], signal: AbortSignal): Promise<readonly PartitionPosition[]> {
    const inherited = inheritedPositions(assigned);
    if (inherited === undefined) await this.options.tail.learnEnds(signal);
    else await this.readTail(assigned, inherited, signal);
    return assigned.map((of) => {
      const offset = startOf(of, assigned);
      let upTo = -1;
      for (const produced of this.produced.get(keyOf(of.topic, of.partition))?.keys() ?? []) {
        upTo = Math.max(upTo, produced);
      }
      this.book.open(of, offset, { done: [], tag: inherited, upTo });
      return { topic: of.topic, partition: of.partition, offset };
    });
  }

  onBatch(batch: LogBatch): void {
    if (!this.mayWork()) {
      // Paused, or the same would be fetched over and over until the group answers.
      this.stopAt({ topic: batch.topic, partition: batch.partition, offset: batch.position });
      return;
    }
    const { producer, tail } = this.options;
    const ledger = this.book.ledger(batch);
    const key = keyOf(batch.topic, batch.partition);
    const produced = this.produced.get(key);
    const tag = tail.snapshot();
    for (const record of batch.records) {
      if (this.fanOuts.has(key) || producer.isSaturated()) {
        ledger.passTo(record.offset);
        this.stopAt({ topic: batch.topic, partition: batch.partition, offset: record.offset });
        return;
      }
      if (ledger.take(record.offset, tag) !== 'new') continue;
      ledger.begin(record.offset);
      this.route(record, ledger, produced?.get(record.offset));
      produced?.delete(record.offset);
    }
    ledger.passTo(batch.nextPosition);
    if (producer.isSaturated()) this.holdBack(this.book.held());
    else if (ledger.isFull || this.fanOuts.has(key)) this.holdBack([batch]);
  }

  onAdvance(position: PartitionPosition): void {
    this.book.ledger(position).passTo(position.offset);
  }

  /** To be called a few times a second. */
  tick(): void {
    this.goOn();
    if (this.options.now() - this.refreshedAtMs < REFRESH_MS) return;
    this.refreshedAtMs = this.options.now();
    this.options.tail.refresh();
  }

  /** Makes no more deliveries: an event that has only some of its own is routed again by whoever comes next. */
  drain(): Promise<void> {
    this.isStopping = true;
    for (const fanOut of this.fanOuts.values()) fanOut.end();
    return Promise.resolve();
  }

  /** What the commit loop commits. */
  toCommit(): readonly CommitEntry[] {
    return this.book.toCommit((_of, _offset, tag) => encodePositions(tag ?? this.options.tail.snapshot()));
  }

  onCommitted(entries: readonly CommitEntry[]): void {
    this.book.onCommitted(entries);
  }

  private route(record: LogRecord, ledger: PartitionLedger<Tag>, already: ReadonlySet<string> | undefined): void {
    const routing = routeEvent(record, this.options.rules);
    if (routing.kind === 'rejected') {
      this.putAside(record, routing.reason, routing.message, ledger);
      return;
    }
    const { producer, tail, topics, observer } = this.options;
    const key = keyOf(record.topic, record.partition);
    const fanOut = new FanOut({
      deliveries: routing.deliveries,
      already,
      producer,
      topic: topics.deliveries,
      tail,
      isVoid: () => ledger.ended,
      onAppended: () => {
        if (this.fanOuts.delete(key)) this.goOn();
      },
      onDone: (count) => {
        observer.onRouted(routing.event, count);
        routing.span?.end();
        ledger.complete(record.offset);
      },
    });
    fanOut.proceed();
    if (!fanOut.ended) this.fanOuts.set(key, fanOut);
  }

  private putAside(record: LogRecord, reason: DeadLetterReason, message: string, ledger: PartitionLedger<Tag>): void {
    const { topic, partition, offset } = record;
    const letter = deadLetterRecord(record, { reason, message, by: 'router', atMs: this.options.now() });
    this.options.producer.append({ topic: this.options.topics.deadLetters, ...letter }, () => ledger.complete(offset));
    this.options.observer.onDeadLetter(reason, `${topic}/${partition}/${offset}`, message);
  }

  private async readTail(
    assigned: readonly AssignedPartition[],
    from: readonly number[],
    signal: AbortSignal,
  ): Promise<void> {
    const open = new Map(
      assigned.map((of) => [keyOf(of.topic, of.partition), { from: startOf(of, assigned), end: of.logEnd }]),
    );
    const onRecord = (record: LogRecord): void => {
      const delivery = decodeDelivery(record.headers);
      if (delivery === undefined || delivery.round !== 0 || delivery.attemptNumber !== 1 || delivery.deferrals !== 0) {
        return;
      }
      const key = keyOf(delivery.sourceTopic, delivery.sourcePartition);
      const { from: committed, end } = open.get(key) ?? NOTHING_OPEN;
      // Beyond the log's end lies what a topic of this name had before it was made anew.
      if (delivery.sourceOffset < committed || delivery.sourceOffset >= end) return;
      let offsets = this.produced.get(key);
      if (offsets === undefined) this.produced.set(key, (offsets = new Map<number, Set<string>>()));
      const made = offsets.get(delivery.sourceOffset) ?? new Set<string>();
      offsets.set(delivery.sourceOffset, made.add(madeAs(delivery)));
    };
    await this.options.tail.readFrom(from, onRecord, signal);
  }

  /** Reads no further than `position` for now, and from there when it goes on. */
  private stopAt(position: PartitionPosition): void {
    this.holdBack([position]);
    this.consumer?.seek(position);
  }

  private holdBack(partitions: readonly TopicPartition[]): void {
    this.isHeldBack = true;
    this.consumer?.pause(partitions);
  }

  private goOn(): void {
    if (this.isStopping) return;
    for (const fanOut of this.fanOuts.values()) fanOut.proceed();
    if (!this.isHeldBack || !this.mayWork() || this.options.producer.isSaturated()) return;
    const held = this.book.held();
    const roomy = held.filter((of) => !this.book.ledger(of).isFull && !this.fanOuts.has(keyOf(of.topic, of.partition)));
    this.isHeldBack = roomy.length < held.length;
    this.consumer?.resume(roomy);
  }

  private mayWork(): boolean {
    return this.consumer !== undefined && this.consumer.msSinceHeartbeat() <= MAX_HEARTBEAT_AGE_MS;
  }
}

const NOTHING_OPEN = { from: Infinity, end: 0 };

/**
 * Where nothing was committed there is no telling what is new: the command that makes the topics commits the start. A
 * partition that upstream added to a topic we read already is new as a whole.
 */
function startOf(of: AssignedPartition, assigned: readonly AssignedPartition[]): number {
  if (of.committedOffset !== null) return of.committedOffset;
  if (assigned.some(({ topic, committedOffset }) => topic === of.topic && committedOffset !== null)) return of.logStart;
  throw new Error(
    `no start offset is committed for ${of.topic}/${of.partition}: run the topics command, which decides where to begin`,
  );
}

/** The lowest of what was committed where there is anything to read; undefined when nothing can have been produced. */
function inheritedPositions(assigned: readonly AssignedPartition[]): readonly number[] | undefined {
  let lowest: readonly number[] | undefined;
  for (const of of assigned) {
    if (of.committedOffset === null || of.committedOffset >= of.logEnd) continue;
    const positions = decodePositions(of.committedMetadata) ?? [];
    lowest = lowest === undefined ? positions : lowerPositions(lowest, positions);
  }
  return lowest;
}

function keyOf(topic: string, partition: number): string {
  return `${topic}/${partition}`;
}
