import { createClient, type KafkaConnection } from './connection.ts';
import type { QueuedRecord } from './flight.ts';
import { Flusher, type FlightListener } from './flusher.ts';
import { silentLogger } from './kafka-logger.port.ts';
import { KafkajsSender } from './kafkajs-sender.ts';
import type { Appended, LogProducer, OutgoingRecord } from './log-producer.port.ts';
import { PartitionPlacement } from './partition-placement.ts';
import { RecordQueue } from './record-queue.ts';
import { definedHeaders, recordBytes } from './record-size.ts';

export interface LogProducerOptions {
  readonly connection: KafkaConnection;
  /** `isSaturated` above this. Default 16 MiB. */
  readonly maxWaitingBytes?: number;
  /** `max.message.bytes` of the topics written to. Default 1 MiB. A larger record is refused by `append`. */
  readonly maxBatchBytes?: number;
  /**
   * While it answers false nothing is sent, only gathered: for a member of a group that may have been expelled. What is
   * left at `stop` is sent all the same. Default: always true.
   */
  readonly mayStart?: () => boolean;
  /** For tests; default shortly below 2^31. */
  readonly renewAfterRecords?: number;
}

const MAX_RECORDS = 500;
const MAX_REQUEST_BYTES = 8 * 1024 * 1024;
const BATCH_HEADER_BYTES = 128;
/** A margin for a few flights on top of the count, and for kafkajs's own retries. */
const RENEW_AFTER_RECORDS = 2 ** 31 - 1_000_000;

/** A {@link LogProducer} over kafkajs. Rejects in `start` when no broker answers; afterwards it never gives up. */
export function createLogProducer(options: LogProducerOptions): LogProducer {
  return new KafkajsProducer(options);
}

class KafkajsProducer implements LogProducer {
  readonly #sender: KafkajsSender;
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

  constructor(options: LogProducerOptions) {
    const logger = options.connection.logger ?? silentLogger;
    const placement = new PartitionPlacement();
    this.#maxWaitingBytes = options.maxWaitingBytes ?? 16 * 1024 * 1024;
    this.#maxRecordBytes = (options.maxBatchBytes ?? 1024 * 1024) - BATCH_HEADER_BYTES;
    const limits = { records: MAX_RECORDS, bytes: MAX_REQUEST_BYTES, bytesPerPartition: this.#maxRecordBytes };
    this.#queue = new RecordQueue(limits, placement);
    this.#sender = new KafkajsSender(createClient(options.connection), placement, logger, {
      renewAfterRecords: options.renewAfterRecords ?? RENEW_AFTER_RECORDS,
    });
    const listener: FlightListener = {
      onAcknowledged: (record, partition, offset) =>
        this.#settle(record, () => record.onAppended?.({ partition, offset })),
      onVoid: (record) => this.#settle(record, () => record.onVoid?.()),
      onLanded: (records) => this.#land(records),
    };
    const { mayStart } = options;
    const mayFly = (): boolean => this.#isStopped || mayStart === undefined || mayStart();
    this.#flusher = new Flusher(this.#queue, this.#sender, logger, listener, mayFly);
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
