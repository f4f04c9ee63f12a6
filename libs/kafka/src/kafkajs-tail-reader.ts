import type { KafkaConnection } from './connection.ts';
import type { TailReader } from './log-reader.port.ts';
import type { LogRecord, PartitionPosition } from './log-record.ts';
import { SoloConsumer } from './solo-consumer.ts';

export interface TailReaderOptions {
  readonly connection: KafkaConnection;
  readonly topic: string;
  /** The reader cannot go on. A `read` under way rejects with the same error. */
  readonly onFatal: (error: Error) => void;
  /** Default: the client id and `.reader.`. */
  readonly groupPrefix?: string;
  readonly stallAfterMs?: number;
}

/** A {@link TailReader} over kafkajs. Reads are done one after the other. */
export function createTailReader(options: TailReaderOptions): TailReader {
  return new KafkajsTailReader(options);
}

interface Reading {
  readonly ends: ReadonlyMap<number, number>;
  readonly open: Set<number>;
  readonly onRecord: (record: LogRecord) => void;
  readonly done: PromiseWithResolvers<void>;
}

class KafkajsTailReader implements TailReader {
  readonly #topic: string;
  readonly #solo: SoloConsumer;
  readonly #stopping = new AbortController();
  #turn: Promise<unknown> = Promise.resolve();
  #reading: Reading | undefined;

  constructor(options: TailReaderOptions) {
    this.#topic = options.topic;
    this.#solo = new SoloConsumer({
      connection: options.connection,
      topic: options.topic,
      groupPrefix: options.groupPrefix ?? `${options.connection.clientId}.reader.`,
      stallAfterMs: options.stallAfterMs ?? 60_000,
      onRecords: (partition, records, next) => this.#take(partition, records, next),
      onFatal: (error) => {
        this.#stopping.abort(error);
        options.onFatal(error);
      },
    });
  }

  async start(): Promise<void> {
    await this.#solo.start();
  }

  read(
    from: readonly PartitionPosition[],
    onRecord: (record: LogRecord) => void,
    signal?: AbortSignal,
  ): Promise<readonly PartitionPosition[]> {
    const signals = signal === undefined ? [this.#stopping.signal] : [this.#stopping.signal, signal];
    const read = this.#turn.then(() => this.#read(from, onRecord, AbortSignal.any(signals)));
    this.#turn = read.catch(() => {});
    return read;
  }

  async stop(): Promise<void> {
    this.#stopping.abort(new Error('the reader was stopped'));
    await this.#solo.stop();
  }

  async #read(
    from: readonly PartitionPosition[],
    onRecord: (record: LogRecord) => void,
    signal: AbortSignal,
  ): Promise<readonly PartitionPosition[]> {
    signal.throwIfAborted();
    const partitions = from.map(({ partition }) => partition);
    const ranges = await this.#solo.ranges(partitions, signal);
    signal.throwIfAborted();
    const ends = new Map(ranges.map(({ partition, end }) => [partition, end]));
    const reading: Reading = { ends, open: new Set(), onRecord, done: Promise.withResolvers() };
    const onAbort = (): void => reading.done.reject(signal.reason);
    signal.addEventListener('abort', onAbort);
    this.#reading = reading;
    try {
      for (const [index, { start, end, partition }] of ranges.entries()) {
        const offset = Math.max(start, from[index]?.offset ?? 0);
        if (offset >= end) continue;
        reading.open.add(partition);
        this.#solo.read(partition, offset);
      }
      if (reading.open.size > 0) await reading.done.promise;
    } finally {
      this.#reading = undefined;
      signal.removeEventListener('abort', onAbort);
      for (const partition of reading.open) this.#solo.pause(partition);
    }
    return ranges.map(({ partition, end }) => ({ topic: this.#topic, partition, offset: end }));
  }

  #take(partition: number, records: readonly LogRecord[], nextPosition: number): void {
    const reading = this.#reading;
    const end = reading?.ends.get(partition);
    if (reading === undefined || end === undefined || !reading.open.has(partition)) return;
    try {
      for (const record of records) if (record.offset < end) hand(record, reading);
    } catch (error) {
      reading.done.reject(error);
    }
    if (nextPosition < end) return;
    reading.open.delete(partition);
    this.#solo.pause(partition);
    if (reading.open.size === 0) reading.done.resolve();
  }
}

/** Whoever reads a tail draws conclusions from what is not in it: an unreadable batch must not look like none. */
function hand(record: LogRecord, { onRecord }: Reading): void {
  const { topic, partition, fault } = record;
  if (fault?.kind === 'batch') throw new Error(`${topic}[${partition}]: ${fault.message}`);
  onRecord(record);
}
