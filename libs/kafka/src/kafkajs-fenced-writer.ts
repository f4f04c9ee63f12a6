import kafkajs, { type Producer, type Transaction } from 'kafkajs';
import { abandonableSockets } from './abandonable-sockets.ts';
import { createClient, type KafkaConnection } from './connection.ts';
import { asError } from './errors.ts';
import type { FencedWriter } from './fenced-writer.port.ts';
import { silentLogger } from './kafka-logger.port.ts';
import type { OutgoingRecord } from './log-producer.port.ts';
import { definedHeaders, recordBytes } from './record-size.ts';

export interface FencedWriterOptions {
  readonly connection: KafkaConnection;
  /** One writer at a time has it, over all processes: a transactional id. */
  readonly name: string;
  /** Ends the opening. */
  readonly signal?: AbortSignal;
  /** How long an opening or a write may take; default 30,000. */
  readonly withinMs?: number;
}

/** A transaction that its writer does not end is aborted by the broker after this; readers wait at it until then. */
const TRANSACTION_TIMEOUT_MS = 30_000;
/** `max.message.bytes` of our topics, less a batch's header. */
const MAX_BATCH_BYTES = 1024 * 1024 - 128;
/** The marker of the last transaction is written a few ms after its commit was answered; the next one waits for it. */
const RETRY = { initialRetryTime: 10, multiplier: 1.5, factor: 0.2, maxRetryTime: 1_000, retries: 12 };

/**
 * Opens a {@link FencedWriter} over kafkajs, and fences every earlier one of its name. Rejects when no broker answers in
 * time or `signal` aborts.
 */
export async function openFencedWriter(options: FencedWriterOptions): Promise<FencedWriter> {
  const writer = new KafkajsFencedWriter(options);
  const onAbort = (): void => writer.abandon();
  options.signal?.addEventListener('abort', onAbort, { once: true });
  try {
    options.signal?.throwIfAborted();
    await writer.open();
    return writer;
  } catch (error) {
    writer.abandon();
    throw error;
  } finally {
    options.signal?.removeEventListener('abort', onAbort);
  }
}

/** As many records as one batch of the topic may take, in order. */
function* batchesOf(records: readonly OutgoingRecord[]): Generator<readonly OutgoingRecord[]> {
  let batch: OutgoingRecord[] = [];
  let batchBytes = 0;
  for (const record of records) {
    const bytes = recordBytes(record);
    if (batch.length > 0 && batchBytes + bytes > MAX_BATCH_BYTES) {
      yield batch;
      batch = [];
      batchBytes = 0;
    }
    batch.push(record);
    batchBytes += bytes;
  }
  yield batch;
}

class KafkajsFencedWriter implements FencedWriter {
  readonly #producer: Producer;
  readonly #withinMs: number;
  readonly #closeSockets: () => void;
  readonly #onCloseError: (error: unknown) => void;
  readonly #abandoned = Promise.withResolvers<never>();

  constructor({ connection, name, withinMs = 30_000 }: FencedWriterOptions) {
    const sockets = abandonableSockets(connection.socketFactory);
    const logger = connection.logger ?? silentLogger;
    this.#withinMs = withinMs;
    this.#closeSockets = sockets.abandon;
    this.#onCloseError = (error) => logger.debug({ err: asError(error) }, 'kafka.writer_not_closed');
    this.#abandoned.promise.catch(() => {});
    const client = createClient({ ...connection, retry: RETRY, socketFactory: sockets.factory });
    this.#producer = client.producer({
      transactionalId: name,
      idempotent: true,
      maxInFlightRequests: 1,
      allowAutoTopicCreation: false,
      transactionTimeout: TRANSACTION_TIMEOUT_MS,
      createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
      retry: RETRY,
    });
  }

  async open(): Promise<void> {
    await this.#inTime(
      this.#producer.connect().then(async () => {
        // The first transaction takes the name: every earlier writer's transaction is aborted and its epoch refused.
        const transaction = await this.#producer.transaction();
        await transaction.abort();
      }),
    );
  }

  async write(records: readonly OutgoingRecord[]): Promise<void> {
    if (records.length === 0) return;
    await this.#inTime(this.#append(records));
  }

  abandon(): void {
    this.#abandoned.reject(new Error('the writer was abandoned'));
    this.#closeSockets();
    this.#producer.disconnect().catch(this.#onCloseError);
  }

  async #append(records: readonly OutgoingRecord[]): Promise<void> {
    const transaction = await this.#producer.transaction();
    for (const [topic, ofTopic] of Map.groupBy(records, (record) => record.topic)) {
      for (const batch of batchesOf(ofTopic)) await this.#send(transaction, topic, batch);
    }
    await transaction.commit();
  }

  async #send(transaction: Transaction, topic: string, records: readonly OutgoingRecord[]): Promise<void> {
    const messages = records.map(({ key, value, headers, partition }) => ({
      key,
      value,
      headers: definedHeaders(headers) as Record<string, Buffer | string>,
      ...(partition !== undefined && { partition }),
    }));
    const answers = await transaction.send({ topic, messages, acks: -1 });
    // Where a leader moved meanwhile kafkajs may resolve without having sent a partition; the commit would hide it.
    if (answers.length === 0 || answers.some(({ errorCode }) => errorCode !== 0)) {
      throw new Error(`no broker told where the records of ${topic} were appended`);
    }
  }

  async #inTime<T>(work: Promise<T>): Promise<T> {
    const late = Promise.withResolvers<never>();
    const timer = setTimeout(
      () => late.reject(new Error(`Kafka did not answer within ${this.#withinMs} ms`)),
      this.#withinMs,
    );
    try {
      return await Promise.race([work, late.promise, this.#abandoned.promise]);
    } finally {
      clearTimeout(timer);
    }
  }
}
