import type { FlightListener, FlusherPace, BatchSender } from './flusher.ts';
import { Flusher } from './flusher.ts';
import type { QueuedRecord } from './flight.ts';
import type { KafkaLogger } from './kafka-logger.port.ts';
import type { Appended, LogProducer, OutgoingRecord } from './log-producer.port.ts';
import type { PartitionPlacement } from './partition-placement.ts';
import { RecordQueue } from './record-queue.ts';
import { definedHeaders, recordBytes } from './record-size.ts';

/** What a {@link FlushedProducer} sends through. */
export interface ConnectableSender extends BatchSender {
  /** Rejects when no broker could be reached. */
  connect(): Promise<void>;
  close(): Promise<void>;
}

export interface FlushedProducerOptions {
  readonly sender: ConnectableSender;
  readonly placement: Pick<PartitionPlacement, 'place'>;
  readonly logger: KafkaLogger;
  /** `isSaturated` above this. Default 16 MiB. */
  readonly maxWaitingBytes?: number | undefined;
  /** `max.message.bytes` of the topics written to. Default 1 MiB. A larger record is refused by `append`. */
  readonly maxBatchBytes?: number | undefined;
  /** While it answers false nothing is sent, only gathered; what is left at `stop` is sent all the same. */
  readonly mayStart?: (() => boolean) | undefined;
  /** Default: by the clock. */
  readonly delay?: FlusherPace['delay'];
}

const MAX_RECORDS = 500;
const MAX_REQUEST_BYTES = 8 * 1024 * 1024;
const BATCH_HEADER_BYTES = 128;

/** A {@link LogProducer} over whatever sends batches: the queue, its cap, and one flusher. */
export class FlushedProducer implements LogProducer {
  readonly #sender: ConnectableSender;
  readonly #queue: RecordQueue;
  readonly #flusher: Flusher;
  readonly #maxWaitingBytes: number;
  readonly #maxRecordBytes: number;
  readonly #drained: (() => void)[] = [];
  #flushes: { readonly upTo: number; readonly resolve: () => void }[] = [];
  #appended = 0;
  #landed = 0;
  #waitingBytes = 0;
  #wasSaturated = false;
  #isStarted = false;
  #isStopped = false;

  constructor(options: FlushedProducerOptions) {
    const { sender, placement, logger, mayStart, delay } = options;
    this.#sender = sender;
    this.#maxWaitingBytes = options.maxWaitingBytes ?? 16 * 1024 * 1024;
    this.#maxRecordBytes = (options.maxBatchBytes ?? 1024 * 1024) - BATCH_HEADER_BYTES;
    const limits = { records: MAX_RECORDS, bytes: MAX_REQUEST_BYTES, bytesPerPartition: this.#maxRecordBytes };
    this.#queue = new RecordQueue(limits, placement);
    const listener: FlightListener = {
      onAcknowledged: (record, partition, offset) =>
        this.#settle(record, () => record.onAppended?.({ partition, offset })),
      onVoid: (record) => this.#settle(record, () => record.onVoid?.()),
      onLanded: (records) => this.#land(records),
    };
    const mayFly = (): boolean => this.#isStopped || mayStart === undefined || mayStart();
    this.#flusher = new Flusher(this.#queue, sender, logger, listener, {
      mayStart: mayFly,
      ...(delay !== undefined && { delay }),
    });
  }

  async start(): Promise<void> {
    await this.#sender.connect();
    this.#isStarted = true;
    this.#flusher.poke();
  }

  append(record: OutgoingRecord, onAppended?: (appended: Appended) => void): void {
    if (this.#isStopped) throw new Error('the producer was stopped');
    const bytes = recordBytes(record);
    if (bytes > this.#maxRecordBytes) {
      throw new RangeError(`a record of ${bytes} bytes for ${record.topic}: ${this.#maxRecordBytes} are the most`);
    }
    const { topic, key, value, partition, isVoid, onVoid } = record;
    const headers = definedHeaders(record.headers);
    this.#queue.push({ topic, key, value, headers, bytes, onAppended, isVoid, onVoid, partition });
    this.#appended++;
    this.#waitingBytes += bytes;
    if (this.#waitingBytes > this.#maxWaitingBytes) this.#wasSaturated = true;
    if (this.#isStarted) this.#flusher.poke();
  }

  isSaturated(): boolean {
    return this.#waitingBytes > this.#maxWaitingBytes;
  }

  onDrained(listener: () => void): void {
    this.#drained.push(listener);
  }

  async flush(): Promise<void> {
    if (this.#landed === this.#appended) return;
    const upTo = this.#appended;
    await new Promise<void>((resolve) => this.#flushes.push({ upTo, resolve }));
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    if (this.#isStarted) await this.flush();
    await this.#sender.close();
  }

  #settle(record: QueuedRecord, tell: () => void): void {
    this.#waitingBytes -= record.bytes;
    try {
      tell();
    } catch (error) {
      rethrowLater(error);
    }
    if (this.#wasSaturated && this.#waitingBytes < this.#maxWaitingBytes / 2) this.#drain();
  }

  #drain(): void {
    this.#wasSaturated = false;
    for (const listener of this.#drained) {
      try {
        listener();
      } catch (error) {
        rethrowLater(error);
      }
    }
  }

  #land(records: number): void {
    this.#landed += records;
    const done = this.#flushes.filter(({ upTo }) => this.#landed >= upTo);
    if (done.length === 0) return;
    this.#flushes = this.#flushes.filter(({ upTo }) => this.#landed < upTo);
    for (const { resolve } of done) resolve();
  }
}

/** A listener that throws must not stop the records behind it; its error ends the process as any uncaught one does. */
const rethrowLater = (error: unknown): void => {
  queueMicrotask(() => {
    throw error;
  });
};
