import type { Delivery, Fact, TopicNames } from '@signalbox/contracts';
import { decodeDelivery, decodeFact, decodeWait, factKindOf } from '@signalbox/contracts';
import type { Appended, LogRecord, OutgoingRecord, TopicPartition } from '@signalbox/kafka';
import { MemoryLog, partitionOfKey } from '@signalbox/kafka';
import type { SeededRandom } from './seeded-random.ts';
import type { VirtualTime } from './virtual-time.ts';

/** A fact as it lies in the log, with when it came there among all records. */
export interface RecordedFact {
  readonly fact: Fact;
  readonly order: number;
}

/** One delivery record of a log that a POST can be traced back to. */
export interface DeliveryRecord {
  readonly partition: number;
  readonly offset: number;
  readonly delivery: Delivery;
  /** Nothing is to be sent before; 0 for what never waited. */
  readonly dueAtMs: number;
  /** Its age is counted from here. */
  readonly roundStartedAtMs: number;
}

/** Who made a record. */
export interface RecordMaker {
  readonly group: 'router' | 'sender' | 'scheduler';
  /**
   * Nobody can know of it when it is made: it was appended though the append was rejected, or came from a process that
   * had been given up by its group, or had lost partitions, since it was sent.
   */
  readonly isDoubtful: boolean;
}

/** The scheduler knows for so long what it has moved. */
const MOVES_KNOWN_MS = 60_000;
/** Heartbeats of a group are so far apart. */
const HEARTBEAT_MS = 1_500;

/** A log in memory that remembers what was written to it, so that invariants can be asked of it at any time. */
export class SimulatedLog {
  readonly memory: MemoryLog;
  /** Facts that settle a record, by the record's place in `deliveries`. */
  readonly facts = new Map<string, RecordedFact[]>();
  /** Records in `deliveries` and in the retry tiers, by what they ask for. */
  readonly asked = new Map<string, number>();
  readonly deliveriesOf = new Map<string, DeliveryRecord[]>();
  /**
   * The first thing asked for that is in `deliveries` twice though it could be known: none of its round was made in doubt,
   * and it was not asked for again long after it had been moved.
   */
  twin: string | undefined;
  /** Rounds of deliveries in which a record was made in doubt: its twins, and what they owe, are there twice. */
  private readonly doubted = new Set<string>();
  /** When the first record of it came into `deliveries`, and when a sender last put it into a tier. */
  private readonly movedAtMs = new Map<string, number>();
  private readonly owedAt = new Map<string, { readonly ms: number; readonly order: number }>();
  private readonly byMark = new Map<string, DeliveryRecord>();
  private readonly ends = new Map<string, number>();
  private readonly counts = new Map<string, number>();
  /** All there are. */
  readonly partitions: readonly TopicPartition[];
  private count = 0;

  constructor(
    private readonly time: VirtualTime,
    random: SeededRandom,
    readonly topics: TopicNames,
    partitions: number,
  ) {
    this.memory = new MemoryLog({
      now: () => time.nowMs,
      schedule: (task) => time.soon(task),
      heartbeat: (task) => time.after(random.between(0, HEARTBEAT_MS), task),
    });
    for (const topic of [...topics.authEvents, topics.deliveries, topics.attempts, ...topics.retries]) {
      this.counts.set(topic, partitions);
    }
    this.counts.set(topics.deadLetters, 1);
    for (const [topic, count] of this.counts) this.memory.createTopic(topic, count);
    this.partitions = [...this.counts].flatMap(([topic, count]) =>
      Array.from({ length: count }, (_, partition) => ({ topic, partition })),
    );
  }

  /** The partition that a record's key chooses. */
  partitionOf(topic: string, key: Buffer | string | null): number {
    return key === null ? 0 : partitionOfKey(key, this.counts.get(topic) ?? 1);
  }

  /** The next offset; nothing else appends. */
  endOf(topic: string, partition: number): number {
    return this.ends.get(`${topic}/${partition}`) ?? 0;
  }

  /** Records appended so far. */
  get order(): number {
    return this.count;
  }

  append(record: OutgoingRecord, by?: RecordMaker): Appended {
    const order = this.count++;
    // What is sent says so which record it was read from, of several with the same body.
    const isMarked = record.topic === this.topics.deliveries && record.value !== null;
    const value = isMarked ? `${String(record.value).split('#')[0]}${markOf(order)}` : record.value;
    const appended = this.memory.append({ ...record, value });
    this.ends.set(`${record.topic}/${appended.partition}`, appended.offset + 1);
    if (record.topic === this.topics.attempts) this.noteFact(record, appended, order);
    else if (value !== null) this.noteDelivery(record, appended, order, by);
    return appended;
  }

  /** The record of `deliveries` that these bytes were read from. */
  recordOf(body: Buffer): DeliveryRecord | undefined {
    return this.byMark.get(`#${body.toString().split('#')[1]}`);
  }

  records(topic: string, partition: number): readonly LogRecord[] {
    return this.memory.records({ topic, partition });
  }

  /** Of this round there may be twins that nobody could know of. */
  isDoubted(of: Pick<Delivery, 'deliveryId' | 'round'>): boolean {
    return this.doubted.has(roundOf(of));
  }

  /** When a sender last put this into a tier, by the count of records. */
  lastOwedAt(delivery: Delivery): number {
    return this.owedAt.get(askedBy(delivery))?.order ?? 0;
  }

  private noteFact(record: OutgoingRecord, { partition }: Appended, order: number): void {
    const headers = record.headers ?? {};
    if (factKindOf(headers) === 'breaker-changed') return;
    const fact = decodeFact(headers, Buffer.from(record.value ?? ''));
    if (fact.kind === 'not-a-fact') throw new Error(fact.reason);
    const place = `${partition}/${fact.deliveryOffset}`;
    this.facts.set(place, [...(this.facts.get(place) ?? []), { fact, order }]);
  }

  private noteDelivery(record: OutgoingRecord, { partition, offset }: Appended, order: number, by?: RecordMaker): void {
    const delivery = decodeDelivery(record.headers ?? {});
    if (delivery === undefined) return;
    const key = askedBy(delivery);
    this.asked.set(key, (this.asked.get(key) ?? 0) + 1);
    if (record.topic !== this.topics.deliveries) {
      if (by?.group === 'sender') this.owedAt.set(key, { ms: this.time.nowMs, order });
      return;
    }
    const dueAtMs = decodeWait(record.headers ?? {})?.dueAtMs ?? 0;
    const roundStartedAtMs = delivery.roundStartedAtMs === 0 ? this.time.nowMs : delivery.roundStartedAtMs;
    const known: DeliveryRecord = { partition, offset, delivery, dueAtMs, roundStartedAtMs };
    this.byMark.set(markOf(order), known);
    this.noteTwin(key, delivery, by?.isDoubtful === true);
    this.deliveriesOf.set(key, [...(this.deliveriesOf.get(key) ?? []), known]);
  }

  private noteTwin(key: string, { deliveryId, round }: Delivery, isDoubtful: boolean): void {
    if (isDoubtful) this.doubted.add(roundOf({ deliveryId, round }));
    const movedAtMs = this.movedAtMs.get(key);
    if (movedAtMs === undefined) {
      this.movedAtMs.set(key, this.time.nowMs);
      return;
    }
    const isForgotten = (this.owedAt.get(key)?.ms ?? 0) - movedAtMs > MOVES_KNOWN_MS;
    if (!isForgotten && !this.isDoubted({ deliveryId, round })) this.twin ??= key;
  }
}

/** What a delivery record asks for: twins are alike. */
export function askedBy({ deliveryId, round, attemptNumber, deferrals }: Delivery): string {
  return `${deliveryId}/${round}/${attemptNumber}/${deferrals}`;
}

function roundOf({ deliveryId, round }: Pick<Delivery, 'deliveryId' | 'round'>): string {
  return `${deliveryId}/${round}`;
}

function markOf(order: number): string {
  return `#${order}`;
}
