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
  /** The first thing asked for that is in `deliveries` twice. */
  twin: string | undefined;
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

  append(record: OutgoingRecord): Appended {
    const order = this.count++;
    // What is sent says so which record it was read from, of several with the same body.
    const mark = `#${order}`;
    const isMarked = record.topic === this.topics.deliveries && record.value !== null;
    const value = isMarked ? `${String(record.value).split('#')[0]}${mark}` : record.value;
    const appended = this.memory.append({ ...record, value });
    this.ends.set(`${record.topic}/${appended.partition}`, appended.offset + 1);
    if (record.topic === this.topics.attempts) this.noteFact(record, appended, order);
    else if (value !== null) this.noteDelivery(record, appended, mark);
    return appended;
  }

  /** The record of `deliveries` that these bytes were read from. */
  recordOf(body: Buffer): DeliveryRecord | undefined {
    return this.byMark.get(`#${body.toString().split('#')[1]}`);
  }

  records(topic: string, partition: number): readonly LogRecord[] {
    return this.memory.records({ topic, partition });
  }

  private noteFact(record: OutgoingRecord, { partition }: Appended, order: number): void {
    const headers = record.headers ?? {};
    if (factKindOf(headers) === 'breaker-changed') return;
    const fact = decodeFact(headers, Buffer.from(record.value ?? ''));
    if (fact.kind === 'not-a-fact') throw new Error(fact.reason);
    const place = `${partition}/${fact.deliveryOffset}`;
    this.facts.set(place, [...(this.facts.get(place) ?? []), { fact, order }]);
  }

  private noteDelivery(record: OutgoingRecord, { partition, offset }: Appended, mark: string): void {
    const delivery = decodeDelivery(record.headers ?? {});
    if (delivery === undefined) return;
    const key = askedBy(delivery);
    this.asked.set(key, (this.asked.get(key) ?? 0) + 1);
    if (record.topic !== this.topics.deliveries) return;
    const dueAtMs = decodeWait(record.headers ?? {})?.dueAtMs ?? 0;
    const roundStartedAtMs = delivery.roundStartedAtMs === 0 ? this.time.nowMs : delivery.roundStartedAtMs;
    const known: DeliveryRecord = { partition, offset, delivery, dueAtMs, roundStartedAtMs };
    this.byMark.set(mark, known);
    if (this.deliveriesOf.has(key)) this.twin ??= key;
    this.deliveriesOf.set(key, [...(this.deliveriesOf.get(key) ?? []), known]);
  }
}

/** What a delivery record asks for: twins are alike. */
export function askedBy({ deliveryId, round, attemptNumber, deferrals }: Delivery): string {
  return `${deliveryId}/${round}/${attemptNumber}/${deferrals}`;
}
