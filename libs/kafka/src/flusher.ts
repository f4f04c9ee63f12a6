import { setTimeout as delayByClock } from 'node:timers/promises';
import { settle, type PartitionAck, type QueuedRecord } from './flight.ts';
import type { KafkaLogger } from './kafka-logger.port.ts';
import type { RecordQueue } from './record-queue.ts';

/** Sends records through one producer at a time. */
export interface BatchSender {
  /** Never rejects. `error` says that some of it was rejected: the producer must be renewed before it sends again. */
  send(records: readonly QueuedRecord[]): Promise<{ readonly acks: readonly PartitionAck[]; readonly error?: Error }>;
  /** Closes the producer and opens another one. */
  renew(reason: string): Promise<void>;
}

export interface FlightListener {
  onAcknowledged(record: QueuedRecord, partition: number, offset: number): void;
  /** The record was void when its turn came, and is left out. */
  onVoid(record: QueuedRecord): void;
  /** All records of a flight are acknowledged or left out; flights land in the order of the appends. */
  onLanded(records: number): void;
}

export interface FlusherPace {
  /** While it answers false nothing is sent. Default: always true. */
  readonly mayStart?: () => boolean;
  /** Resolves after so many ms. Default: by the clock. */
  readonly delay?: (ms: number) => Promise<unknown>;
}

const FIRST_PAUSE_MS = 50;
const PAUSE_WHILE_GROUNDED_MS = 50;
const LONGEST_PAUSE_MS = 5_000;

/**
 * One flight at a time, no timer: what is appended while nothing is in flight goes at once, what is appended meanwhile
 * goes together with the next flight. A flight ends when every record of it is acknowledged, however long that takes, so
 * that the order within a partition holds. Nothing is sent while `mayStart` says no.
 */
export class Flusher {
  readonly #queue: RecordQueue;
  readonly #sender: BatchSender;
  readonly #logger: KafkaLogger;
  readonly #listener: FlightListener;
  readonly #mayStart: () => boolean;
  readonly #delay: (ms: number) => Promise<unknown>;
  #isFlying = false;

  constructor(
    queue: RecordQueue,
    sender: BatchSender,
    logger: KafkaLogger,
    listener: FlightListener,
    { mayStart = () => true, delay = delayByClock }: FlusherPace = {},
  ) {
    this.#queue = queue;
    this.#sender = sender;
    this.#logger = logger;
    this.#listener = listener;
    this.#mayStart = mayStart;
    this.#delay = delay;
  }

  /** To be called after each push. The flight starts in a microtask, so that one turn's appends go together. */
  poke(): void {
    if (this.#isFlying) return;
    this.#isFlying = true;
    queueMicrotask(() => void this.#fly());
  }

  async #fly(): Promise<void> {
    while (!this.#queue.isEmpty) {
      await this.#clearance();
      const flight = this.#queue.take();
      await this.#land(flight);
      this.#listener.onLanded(flight.length);
    }
    this.#isFlying = false;
  }

  async #land(flight: QueuedRecord[]): Promise<void> {
    let records = this.#withoutVoid(flight);
    const onAcknowledged = this.#listener.onAcknowledged.bind(this.#listener);
    for (let round = 0; records.length > 0; round++) {
      const { acks, error } = await this.#sender.send(records);
      const missing = settle(records, acks, onAcknowledged);
      // A rejected batch takes its sequence numbers back although the broker may have appended it: the old producer's
      // next batch would be dropped as a duplicate, or wedged. The very same records go first through a new one.
      if (error !== undefined) await this.#sender.renew(error.message);
      if (missing.length === 0) return;
      this.#logger.warn({ records: missing.length, of: records.length, round }, 'kafka.records_sent_again');
      if (round > 0) await this.#delay(Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(round, 10)));
      await this.#clearance();
      records = this.#withoutVoid(missing);
    }
  }

  async #clearance(): Promise<void> {
    while (!this.#mayStart()) await this.#delay(PAUSE_WHILE_GROUNDED_MS);
  }

  #withoutVoid(records: QueuedRecord[]): QueuedRecord[] {
    const isVoid = (record: QueuedRecord): boolean => record.isVoid?.() === true;
    if (!records.some(isVoid)) return records;
    const [left, out]: [QueuedRecord[], QueuedRecord[]] = [[], []];
    for (const record of records) (isVoid(record) ? out : left).push(record);
    for (const record of out) this.#listener.onVoid(record);
    return left;
  }
}
