import { randomUUID } from 'node:crypto';
import type { Batch, Broker, Cluster, Consumer, EachBatchPayload } from 'kafkajs';
import { countBelieved } from './believed-records.ts';
import { tapCluster, type FetchedPartition } from './cluster-tap.ts';
import { createClient, retryOf, type KafkaConnection } from './connection.ts';
import { asError } from './errors.ts';
import { silentLogger, type KafkaLogger } from './kafka-logger.port.ts';
import { stickyAssigner } from './kafkajs-assigner.ts';
import { recordsOf } from './kafkajs-decoding.ts';
import { stableRanges, type LogRange } from './log-range.ts';
import type { LogRecord } from './log-record.ts';
import { persist } from './persist.ts';
import { within } from './within.ts';

export interface SoloOptions {
  readonly connection: KafkaConnection;
  readonly topic: string;
  /** Begins the names of the consumer groups, which are random; for brokers that allow certain names only. */
  readonly groupPrefix: string;
  readonly stallAfterMs: number;
  /** Of one partition, in order; `nextPosition` counts what lies behind the last record as read. */
  readonly onRecords: (partition: number, records: readonly LogRecord[], nextPosition: number) => void;
  readonly onFatal: (error: Error) => void;
}

interface ReadState {
  position: number;
  isReading: boolean;
  fetchOffset: number;
  /** Where a batch began that could not be read, and is fetched again; -1 where there is none. */
  doubtedAt: number;
  lastFetchAtMs: number;
}

const SUBSCRIBE_WITHIN_MS = 5_000;
const STOP_WITHIN_MS = 10_000;

/**
 * Reads one topic by position as the only member of a group of a random name, since kafkajs can read in no other way.
 * Nothing is read before it is asked for, and nothing is ever committed.
 */
export class SoloConsumer {
  readonly #options: SoloOptions;
  readonly #logger: KafkaLogger;
  readonly #groupId: string;
  readonly #consumer: Consumer;
  readonly #states = new Map<number, ReadState>();
  readonly #joined = Promise.withResolvers<void>();
  readonly #stopping = new AbortController();
  #cluster: Cluster | undefined;
  #watch: NodeJS.Timeout | undefined;

  constructor(options: SoloOptions) {
    this.#options = options;
    this.#logger = options.connection.logger ?? silentLogger;
    this.#groupId = `${options.groupPrefix}${randomUUID()}`;
    this.#joined.promise.catch(() => {});
    this.#consumer = createClient(options.connection).consumer({
      groupId: this.#groupId,
      partitionAssigners: [
        stickyAssigner({
          isCoPartitioned: false,
          holding: () => ({ owned: new Map(), generationId: -1 }),
          onCluster: (cluster) => this.#tap(cluster),
        }),
      ],
      sessionTimeout: 30_000,
      heartbeatInterval: 3_000,
      maxWaitTimeInMs: 100,
      allowAutoTopicCreation: false,
      retry: { ...retryOf(options.connection), restartOnFailure: () => Promise.resolve(false) },
    });
    this.#listen();
  }

  /** Resolves after the join. */
  async start(): Promise<void> {
    try {
      await this.#consumer.connect();
      // A broker hears of a new topic a moment later than the one that made it.
      await persist(() => this.#consumer.subscribe({ topics: [this.#options.topic] }), {
        signal: this.#stopping.signal,
        withinMs: SUBSCRIBE_WITHIN_MS,
      });
      await this.#consumer.run({
        autoCommit: false,
        eachBatchAutoResolve: false,
        eachBatch: (payload) => {
          this.#guard(() => this.#take(payload));
          return Promise.resolve();
        },
      });
    } catch (error) {
      this.#fail(asError(error));
    }
    if (!this.#stopping.signal.aborted) {
      this.#watch = setInterval(() => this.#checkStall(), Math.min(5_000, this.#options.stallAfterMs / 4));
    }
    await this.#joined.promise;
  }

  /** Where the partitions begin and end now; all of the topic by default. Aborting rejects with the signal's reason. */
  async ranges(partitions?: readonly number[], signal?: AbortSignal): Promise<LogRange[]> {
    const { topic } = this.#options;
    const wanted = [...(partitions ?? this.#states.keys())].map((partition) => ({ topic, partition }));
    const signals = signal === undefined ? [this.#stopping.signal] : [this.#stopping.signal, signal];
    return persist(async () => stableRanges(this.#connected(), wanted), {
      signal: AbortSignal.any(signals),
      withinMs: 60_000,
    });
  }

  read(partition: number, offset: number): void {
    const state = this.#states.get(partition);
    if (state === undefined) throw new RangeError(`${this.#options.topic} has no partition ${partition}`);
    state.position = offset;
    state.isReading = true;
    this.#go(partition, state);
  }

  pause(partition: number): void {
    const state = this.#states.get(partition);
    if (state === undefined || !state.isReading) return;
    state.isReading = false;
    this.#consumer.pause([{ topic: this.#options.topic, partitions: [partition] }]);
  }

  async stop(): Promise<void> {
    const reason = new Error('the reader was stopped');
    this.#stopping.abort(reason);
    this.#joined.reject(reason);
    clearInterval(this.#watch);
    const onError = (error: Error): void => {
      this.#logger.debug({ err: error, group_id: this.#groupId }, 'kafka.reader_not_cleaned_up');
    };
    // All of it together: while Kafka is away each step would take its whole time.
    await within(this.#leave(onError), STOP_WITHIN_MS, onError);
  }

  async #leave(onError: (error: Error) => void): Promise<void> {
    await this.#consumer.stop().catch(onError);
    // A group of a random name is of no use to anybody any more.
    await within(this.#deleteGroup(), 2_000, onError);
    await this.#consumer.disconnect();
  }

  #listen(): void {
    const consumer = this.#consumer;
    consumer.on(consumer.events.GROUP_JOIN, ({ payload }) =>
      this.#guard(() => this.#onJoin(payload.memberAssignment[this.#options.topic] ?? [])),
    );
    consumer.on(consumer.events.END_BATCH_PROCESS, ({ payload }) => {
      if (payload.batchSize === 0) this.#guard(() => this.#skip(payload.partition, Number(payload.lastOffset) + 1));
    });
    consumer.on(consumer.events.CRASH, ({ payload }) => this.#fail(payload.error));
  }

  #tap(cluster: Cluster): void {
    this.#cluster = cluster;
    tapCluster(cluster, {
      onJoinAnswered: () => {},
      onFetched: (fetched) => this.#guard(() => this.#onFetched(fetched)),
      onOutOfRange: ({ partition }, error) => {
        void this.#raise(partition).catch((cause: unknown) => this.#fail(asError(cause)));
        return new Error('a position is being raised', { cause: error });
      },
    });
  }

  #onJoin(partitions: readonly number[]): void {
    if (partitions.length > 0) this.#consumer.pause([{ topic: this.#options.topic, partitions: [...partitions] }]);
    for (const partition of partitions) {
      const state = this.#states.get(partition);
      if (state === undefined) {
        this.#states.set(partition, {
          position: 0,
          isReading: false,
          fetchOffset: -1,
          doubtedAt: -1,
          lastFetchAtMs: 0,
        });
      } else if (state.isReading) {
        this.#go(partition, state);
      }
    }
    this.#joined.resolve();
  }

  #go(partition: number, state: ReadState): void {
    const { topic } = this.#options;
    state.lastFetchAtMs = performance.now();
    this.#consumer.seek({ topic, partition, offset: String(state.position) });
    this.#consumer.resume([{ topic, partitions: [partition] }]);
  }

  #take(payload: EachBatchPayload): void {
    const { batch } = payload;
    const state = this.#states.get(batch.partition);
    if (state === undefined || !state.isReading) return;
    const { fetchedOffset } = batch as Batch & { readonly fetchedOffset: string };
    if (Number(fetchedOffset) !== state.position) {
      this.#go(batch.partition, state);
      return;
    }
    const records = recordsOf(batch.messages);
    const believed = countBelieved(records, state.doubtedAt === state.position);
    if (believed < records.length) {
      this.#fetchAgain(batch.partition, state, records.slice(0, believed));
      return;
    }
    const lastOffset = batch.lastOffset();
    payload.resolveOffset(lastOffset);
    state.position = Number(lastOffset) + 1;
    this.#options.onRecords(batch.partition, records, state.position);
  }

  /** Behind these, or where the fetch began, comes a batch that could not be read. */
  #fetchAgain(partition: number, state: ReadState, before: readonly LogRecord[]): void {
    const last = before.at(-1);
    if (last !== undefined) state.position = last.offset + 1;
    state.doubtedAt = state.position;
    this.#logger.warn({ topic: this.#options.topic, partition, offset: state.position }, 'kafka.batch_fetched_again');
    this.#go(partition, state);
    if (last !== undefined) this.#options.onRecords(partition, before, state.position);
  }

  #skip(partition: number, nextPosition: number): void {
    const state = this.#states.get(partition);
    if (state === undefined || !state.isReading) return;
    if (state.fetchOffset !== state.position || nextPosition <= state.position) {
      this.#go(partition, state);
      return;
    }
    state.position = nextPosition;
    this.#options.onRecords(partition, [], nextPosition);
  }

  #onFetched({ partition, fetchOffset, lastStableOffset, isAnswerEmpty }: FetchedPartition): void {
    const state = this.#states.get(partition);
    if (state === undefined) return;
    state.fetchOffset = fetchOffset;
    state.lastFetchAtMs = performance.now();
    if (!isAnswerEmpty || !state.isReading || fetchOffset !== state.position || lastStableOffset <= fetchOffset) return;
    // Compaction took the last records, and kafkajs would ask for them for ever.
    state.position = lastStableOffset;
    this.#go(partition, state);
    this.#options.onRecords(partition, [], lastStableOffset);
  }

  /** The log's start has moved past what was asked for. */
  async #raise(partition: number): Promise<void> {
    const state = this.#states.get(partition);
    if (state === undefined || !state.isReading) return;
    this.pause(partition);
    const [range] = await this.ranges([partition]);
    if (range === undefined || state.isReading) return;
    if (range.start <= state.position) {
      const what = `${this.#options.topic}[${partition}]`;
      throw new Error(`${what} has [${range.start}, ${range.end}], but was read to ${state.position} before`);
    }
    this.read(partition, range.start);
  }

  async #deleteGroup(): Promise<void> {
    const coordinator = await this.#connected().findGroupCoordinator({ groupId: this.#groupId });
    await (coordinator as Broker & { deleteGroups(ids: string[]): Promise<unknown> }).deleteGroups([this.#groupId]);
  }

  #connected(): Cluster {
    if (this.#cluster === undefined) throw new Error('kafkajs made no assigner');
    return this.#cluster;
  }

  #checkStall(): void {
    const oldest = performance.now() - this.#options.stallAfterMs;
    for (const [partition, { isReading, lastFetchAtMs }] of this.#states) {
      if (!isReading || lastFetchAtMs >= oldest) continue;
      const what = `${this.#options.topic}[${partition}]`;
      this.#fail(new Error(`no fetch of ${what} was answered for ${this.#options.stallAfterMs} ms`));
      return;
    }
  }

  #guard(step: () => void): void {
    try {
      step();
    } catch (error) {
      this.#fail(asError(error));
    }
  }

  #fail(error: Error): void {
    if (this.#stopping.signal.aborted) return;
    this.#stopping.abort(error);
    this.#joined.reject(error);
    clearInterval(this.#watch);
    this.#logger.error({ err: error, topic: this.#options.topic }, 'kafka.reader_failed');
    this.#options.onFatal(error);
  }
}
