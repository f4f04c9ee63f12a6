import type { Appended, LogProducer, OutgoingRecord } from '../log-producer.port.ts';
import { recordBytes } from '../record-size.ts';
import type { MemoryStore } from './memory-store.ts';

export interface MemoryProducerOptions {
  /** Default 16 MiB. */
  readonly maxWaitingBytes?: number;
  /** Default 1 MiB. */
  readonly maxBatchBytes?: number;
}

interface Waiting {
  readonly record: OutgoingRecord;
  readonly bytes: number;
  readonly onAppended: ((appended: Appended) => void) | undefined;
}

const MAX_RECORDS = 500;

/** A {@link LogProducer} in memory. `hold` keeps the records back, as a Kafka that is away does. */
export class MemoryProducer implements LogProducer {
  readonly #store: MemoryStore;
  readonly #maxWaitingBytes: number;
  readonly #maxRecordBytes: number;
  readonly #drained: (() => void)[] = [];
  #waiting: Waiting[] = [];
  #flushes: { readonly upTo: number; readonly resolve: () => void }[] = [];
  #waitingBytes = 0;
  #appended = 0;
  #acknowledged = 0;
  #wasSaturated = false;
  #isFlying = false;
  #isStarted = false;
  #isStopped = false;
  #isHeld = false;

  constructor(store: MemoryStore, options: MemoryProducerOptions = {}) {
    this.#store = store;
    this.#maxWaitingBytes = options.maxWaitingBytes ?? 16 * 1024 * 1024;
    this.#maxRecordBytes = (options.maxBatchBytes ?? 1024 * 1024) - 128;
  }

  start(): Promise<void> {
    this.#isStarted = true;
    this.#fly();
    return Promise.resolve();
  }

  append(record: OutgoingRecord, onAppended?: (appended: Appended) => void): void {
    if (this.#isStopped) throw new Error('the producer was stopped');
    const bytes = recordBytes(record);
    if (bytes > this.#maxRecordBytes) {
      throw new RangeError(`a record of ${bytes} bytes for ${record.topic}: ${this.#maxRecordBytes} are the most`);
    }
    this.#waiting.push({ record, bytes, onAppended });
    this.#appended++;
    this.#waitingBytes += bytes;
    if (this.#waitingBytes > this.#maxWaitingBytes) this.#wasSaturated = true;
    this.#fly();
  }

  isSaturated(): boolean {
    return this.#waitingBytes > this.#maxWaitingBytes;
  }

  onDrained(listener: () => void): void {
    this.#drained.push(listener);
  }

  flush(): Promise<void> {
    if (this.#acknowledged === this.#appended) return Promise.resolve();
    const upTo = this.#appended;
    return new Promise((resolve) => this.#flushes.push({ upTo, resolve }));
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    if (this.#isStarted) await this.flush();
  }

  hold(): void {
    this.#isHeld = true;
  }

  release(): void {
    this.#isHeld = false;
    this.#fly();
  }

  #fly(): void {
    if (this.#isFlying || this.#isHeld || !this.#isStarted || this.#waiting.length === 0) return;
    this.#isFlying = true;
    this.#store.clock.schedule(() => {
      this.#isFlying = false;
      if (!this.#isHeld) this.#land();
      this.#fly();
    });
  }

  #land(): void {
    for (const { record, bytes, onAppended } of this.#waiting.splice(0, MAX_RECORDS)) {
      const appended = record.isVoid?.() === true ? undefined : this.#store.append(record);
      this.#acknowledged++;
      this.#waitingBytes -= bytes;
      if (appended === undefined) record.onVoid?.();
      else onAppended?.(appended);
    }
    if (this.#wasSaturated && this.#waitingBytes < this.#maxWaitingBytes / 2) {
      this.#wasSaturated = false;
      for (const listener of this.#drained) listener();
    }
    const isDone = ({ upTo }: { upTo: number }): boolean => this.#acknowledged >= upTo;
    const done = this.#flushes.filter(isDone);
    this.#flushes = this.#flushes.filter((flush) => !isDone(flush));
    for (const { resolve } of done) resolve();
  }
}
