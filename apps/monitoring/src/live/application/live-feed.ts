import type { LiveFilter } from '../domain/live-event.ts';
import type { Positions } from '../domain/positions.ts';
import { furthest, planCatchUp } from '../domain/positions.ts';
import type { LiveLog, LiveRecord, OpenLiveLog } from './live-log.port.ts';
import { LiveReader } from './live-reader.ts';
import type { LiveObserver, LiveSink } from './live-sink.port.ts';

export interface LiveFeedDeps {
  readonly log: LiveLog;
  readonly observer: LiveObserver;
  /** Default 15,000 ms. */
  readonly heartbeatMs?: number;
  /** How long the log is read on behind the last reader, who may only be changing the page; default 5,000 ms. */
  readonly lingerMs?: number;
}

/** Readers of one instance; beyond that there is no room for what they may be slow to take. */
const MAX_READERS = 100;
/** One tenant's readers leave room for those of others. */
const MAX_READERS_OF_TENANT = 20;
/** Characters that all readers of the instance hold together, in equal shares; and each of them at most. */
const MAX_BUFFERED_LENGTH = 64 * 1024 * 1024;
const MAX_BUFFERED_LENGTH_OF_READER = 4 * 1024 * 1024;
/** Records looked at for a reader who was away; what is older is left out, and it is told. */
const MAX_CATCH_UP_RECORDS = 20_000;

interface Session {
  readonly log: OpenLiveLog;
  /** The next offset of each partition. */
  readonly positions: number[];
}

/** The feed has as many readers as it can have, in all or of this tenant. */
export class TooManyReaders extends Error {
  constructor(whose: string, count: number) {
    super(`${count} readers${whose} are connected to this instance already`);
    this.name = 'TooManyReaders';
  }
}

/** Shows facts to readers as they come. The log is read while there are readers, and not otherwise. */
export class LiveFeed {
  readonly #deps: LiveFeedDeps;
  readonly #readers = new Map<string, Set<LiveReader>>();
  readonly #stopping = new AbortController();
  /** Readers of each tenant, those included that are joining. */
  readonly #counts = new Map<string, number>();
  #count = 0;
  #session: Promise<Session> | undefined;
  #linger: NodeJS.Timeout | undefined;
  #heartbeat: NodeJS.Timeout | undefined;
  #closing: Promise<void> = Promise.resolve();

  constructor(deps: LiveFeedDeps) {
    this.#deps = deps;
  }

  /**
   * Shows the reader what comes from now on, or what came behind `resumeFrom`. Rejects with {@link TooManyReaders}, and with
   * what Kafka says when it cannot be read. `leave` is to be called when the reader has gone.
   */
  async join(filter: LiveFilter, sink: LiveSink, resumeFrom?: Positions): Promise<LiveReader> {
    this.#stopping.signal.throwIfAborted();
    this.#enter(filter.tenantId);
    try {
      const session = await this.#open();
      this.#stopping.signal.throwIfAborted();
      const now = [...session.positions];
      const reader = new LiveReader(
        { filter, sink, observer: this.#deps.observer, maxLength: () => this.#share },
        resumeFrom ?? now,
      );
      this.#add(reader);
      reader.begin(resumeFrom !== undefined);
      if (resumeFrom !== undefined) void this.#catchUp(reader, session, resumeFrom, now);
      return reader;
    } catch (error) {
      this.#left(filter.tenantId);
      throw error;
    }
  }

  leave(reader: LiveReader): void {
    reader.leave();
    if (this.#remove(reader)) this.#left(reader.filter.tenantId);
  }

  /** Ends every stream; readers connect to another instance. */
  async stop(): Promise<void> {
    this.#stopping.abort(new Error('the live feed was stopped'));
    clearTimeout(this.#linger);
    this.#endAll();
    this.#close();
    await this.#closing;
  }

  /** Gives a reader what it has missed; meanwhile what comes is held for it. */
  async #catchUp(reader: LiveReader, session: Session, asked: Positions, now: Positions): Promise<void> {
    const signal = AbortSignal.any([this.#stopping.signal, reader.gone]);
    const { from, skipped } = planCatchUp(asked, now, MAX_CATCH_UP_RECORDS);
    if (skipped > 0) reader.tooFarBehind(skipped, from);
    try {
      const onRecord = (record: LiveRecord): void => {
        // What lies behind `now` it is shown as it comes.
        if (record.offset < (now[record.partition] ?? 0)) reader.onMissed(record);
      };
      const ends = await session.log.reread(from, onRecord, signal);
      // A position behind the log's end is of a log that was made anew.
      const known = from.map((offset, partition) => (offset > (ends[partition] ?? 0) ? 0 : offset));
      reader.caughtUp(furthest(now, known));
    } catch (error) {
      if (!signal.aborted) this.#deps.observer.onLost(error);
      // It connects again and asks again.
      reader.end();
    }
  }

  async #open(): Promise<Session> {
    if (this.#session !== undefined) return this.#session;
    const session = this.#closing.then(async () => {
      const positions: number[] = [];
      const log = await this.#deps.log.open({
        onRecord: (record) => this.#onRecord(record, positions),
        onLost: (error) => this.#onLost(session, error),
      });
      // Records may have come before the log is known to be open.
      for (const [partition, offset] of log.begun.entries())
        positions[partition] = Math.max(positions[partition] ?? 0, offset);
      return { log, positions };
    });
    this.#session = session;
    session.then(
      () => this.#beat(session),
      () => {
        if (this.#session === session) this.#session = undefined;
      },
    );
    return session;
  }

  #beat(session: Promise<Session>): void {
    if (this.#session !== session) return;
    clearInterval(this.#heartbeat);
    this.#heartbeat = setInterval(() => {
      void session.then(({ positions }) => {
        for (const readers of this.#readers.values()) for (const reader of readers) reader.heartbeat(positions);
      });
    }, this.#deps.heartbeatMs ?? 15_000);
  }

  #onRecord(record: LiveRecord, positions: number[]): void {
    positions[record.partition] = record.offset + 1;
    const readers = record.fact === undefined ? undefined : this.#readers.get(record.fact.tenantId);
    for (const reader of readers ?? []) reader.onRecord(record, positions);
  }

  #onLost(session: Promise<Session>, error: Error): void {
    this.#deps.observer.onLost(error);
    if (this.#session !== session) return;
    this.#endAll();
    this.#close();
  }

  #endAll(): void {
    for (const readers of this.#readers.values()) for (const reader of readers) reader.end();
  }

  #close(): void {
    const session = this.#session;
    this.#session = undefined;
    clearInterval(this.#heartbeat);
    if (session === undefined) return;
    this.#closing = session
      .then(async ({ log }) => log.close())
      .catch((error: unknown) => this.#deps.observer.onLost(error));
  }

  /** What a reader may hold now. */
  get #share(): number {
    return Math.min(MAX_BUFFERED_LENGTH_OF_READER, MAX_BUFFERED_LENGTH / Math.max(1, this.#count));
  }

  #enter(tenantId: string): void {
    const ofTenant = this.#counts.get(tenantId) ?? 0;
    if (this.#count >= MAX_READERS) throw new TooManyReaders('', MAX_READERS);
    if (ofTenant >= MAX_READERS_OF_TENANT) throw new TooManyReaders(' of yours', MAX_READERS_OF_TENANT);
    this.#count++;
    this.#counts.set(tenantId, ofTenant + 1);
    clearTimeout(this.#linger);
  }

  #left(tenantId: string): void {
    this.#count--;
    const ofTenant = (this.#counts.get(tenantId) ?? 1) - 1;
    if (ofTenant > 0) this.#counts.set(tenantId, ofTenant);
    else this.#counts.delete(tenantId);
    if (this.#count > 0 || this.#stopping.signal.aborted) return;
    clearTimeout(this.#linger);
    this.#linger = setTimeout(() => this.#close(), this.#deps.lingerMs ?? 5_000);
  }

  #add(reader: LiveReader): void {
    const { tenantId } = reader.filter;
    this.#readers.set(tenantId, (this.#readers.get(tenantId) ?? new Set()).add(reader));
    this.#deps.observer.onReaders(this.#count);
  }

  #remove(reader: LiveReader): boolean {
    const readers = this.#readers.get(reader.filter.tenantId);
    if (readers?.delete(reader) !== true) return false;
    if (readers.size === 0) this.#readers.delete(reader.filter.tenantId);
    this.#deps.observer.onReaders(this.#count - 1);
    return true;
  }
}
