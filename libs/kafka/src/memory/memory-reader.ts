import { asError } from '../errors.ts';
import type { FollowFrom, LogFollower, TailReader } from '../log-reader.port.ts';
import type { LogRecord, PartitionPosition } from '../log-record.ts';
import type { MemoryStore } from './memory-store.ts';

const MAX_BATCH_RECORDS = 100;

/** A {@link TailReader} in memory. */
export class MemoryTailReader implements TailReader {
  readonly #store: MemoryStore;
  readonly #topic: string;
  readonly #stopping = new AbortController();
  #turn: Promise<unknown> = Promise.resolve();

  constructor(store: MemoryStore, topic: string) {
    this.#store = store;
    this.#topic = topic;
  }

  async start(): Promise<void> {
    await this.#nextTask();
    this.#store.partitions(this.#topic);
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

  stop(): Promise<void> {
    this.#stopping.abort(new Error('the reader was stopped'));
    return Promise.resolve();
  }

  async #read(
    from: readonly PartitionPosition[],
    onRecord: (record: LogRecord) => void,
    signal: AbortSignal,
  ): Promise<readonly PartitionPosition[]> {
    signal.throwIfAborted();
    const parts = from.map(({ partition, offset }) => {
      const log = this.#store.partition(this.#topic, partition);
      return { partition, log, end: log.end, position: Math.max(offset, log.start) };
    });
    for (const part of parts) {
      while (part.position < part.end) {
        await this.#nextTask();
        signal.throwIfAborted();
        const read = part.log.read(part.position, MAX_BATCH_RECORDS);
        // Its leader is away: it will come back.
        if (read === undefined) continue;
        for (const record of read.records) if (record.offset < part.end) onRecord(record);
        part.position = read.nextPosition;
      }
    }
    return parts.map(({ partition, end }) => ({ topic: this.#topic, partition, offset: end }));
  }

  #nextTask(): Promise<void> {
    return new Promise((resolve) => this.#store.clock.schedule(resolve));
  }
}

export interface MemoryFollowerOptions {
  readonly topic: string;
  /** Default: the beginning. */
  readonly from?: FollowFrom;
  readonly onRecord: (record: LogRecord) => void;
  readonly onFatal: (error: Error) => void;
}

/** A {@link LogFollower} in memory. */
export class MemoryFollower implements LogFollower {
  readonly #store: MemoryStore;
  readonly #options: MemoryFollowerOptions;
  readonly #caughtUp = Promise.withResolvers<void>();
  #unwatch: (() => void)[] = [];
  #parts: { position: number; readonly end: number }[] = [];
  #isPumping = false;
  #isStopped = false;

  constructor(store: MemoryStore, options: MemoryFollowerOptions) {
    this.#store = store;
    this.#options = options;
    this.#caughtUp.promise.catch(() => {});
  }

  async start(): Promise<readonly PartitionPosition[]> {
    const { topic, from = 'beginning' } = this.#options;
    const logs = this.#store.partitions(topic);
    this.#parts = logs.map(({ start, end }) => ({ position: from === 'beginning' ? start : end, end }));
    const begun = this.#parts.map(({ position }, partition) => ({ topic, partition, offset: position }));
    this.#unwatch = logs.map((log) => log.watch(() => this.#pump()));
    this.#pump();
    await this.#caughtUp.promise;
    return begun;
  }

  stop(): Promise<void> {
    this.#isStopped = true;
    this.#caughtUp.reject(new Error('the follower was stopped'));
    for (const unwatch of this.#unwatch) unwatch();
    return Promise.resolve();
  }

  #pump(): void {
    if (this.#isPumping) return;
    this.#isPumping = true;
    this.#store.clock.schedule(() => {
      this.#isPumping = false;
      if (this.#isStopped) return;
      try {
        if (this.#step()) this.#pump();
      } catch (error) {
        this.#caughtUp.reject(error);
        void this.stop();
        this.#options.onFatal(asError(error));
      }
    });
  }

  #step(): boolean {
    let hasRead = false;
    for (const [partition, part] of this.#parts.entries()) {
      const read = this.#store.partition(this.#options.topic, partition).read(part.position, MAX_BATCH_RECORDS);
      if (read === undefined) continue;
      hasRead = true;
      part.position = read.nextPosition;
      for (const record of read.records) this.#options.onRecord(record);
    }
    if (this.#parts.every(({ position, end }) => position >= end)) this.#caughtUp.resolve();
    return hasRead;
  }
}
