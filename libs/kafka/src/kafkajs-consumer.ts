import type { Batch, Cluster, Consumer, ConsumerGroupJoinEvent, EachBatchPayload } from 'kafkajs';
import { countBelieved } from './believed-records.ts';
import { tapCluster, type FetchedPartition, type Membership } from './cluster-tap.ts';
import { createClient, retryOf, type KafkaConnection } from './connection.ts';
import { asError } from './errors.ts';
import { commitAs, isFenced } from './group-offsets.ts';
import { HeartbeatAge } from './heartbeat-age.ts';
import { silentLogger, type KafkaLogger } from './kafka-logger.port.ts';
import { stickyAssigner } from './kafkajs-assigner.ts';
import { recordsOf } from './kafkajs-decoding.ts';
import { locateJoin } from './locate-join.ts';
import type { CommitEntry, LogConsumer, LogConsumerOptions, LogHandler } from './log-consumer.port.ts';
import { byTopic, logRanges } from './log-range.ts';
import type { LogRecord, PartitionPosition, TopicPartition } from './log-record.ts';
import { PartitionTable, type AssignedState } from './partition-table.ts';
import { persist } from './persist.ts';
import { within } from './within.ts';

export interface KafkajsConsumerOptions extends LogConsumerOptions {
  readonly connection: KafkaConnection;
  /** Partitions of the same number of all topics go to the same member. Default false: all partitions are spread. */
  readonly isCoPartitioned?: boolean;
  /** For tests. Default 60,000 ms. */
  readonly stallAfterMs?: number;
}

/** kafkajs's types leave it out. Not `firstOffset()`: gaps are normal. */
type FetchedBatch = Batch & { readonly fetchedOffset: string };

const SUBSCRIBE_WITHIN_MS = 5_000;
const STOP_WITHIN_MS = 10_000;
/** A rebalance waits for its slowest member. */
const REBALANCE_MS = 15_000;

/** A {@link LogConsumer} over kafkajs. `start` rejects with what `onFatal` was given when it does not get that far. */
export function createLogConsumer(options: KafkajsConsumerOptions): LogConsumer {
  return new KafkajsConsumer(options);
}

class KafkajsConsumer implements LogConsumer {
  readonly #options: KafkajsConsumerOptions;
  readonly #handler: LogHandler;
  readonly #logger: KafkaLogger;
  readonly #consumer: Consumer;
  readonly #table = new PartitionTable();
  readonly #age = new HeartbeatAge();
  readonly #firstLocated = Promise.withResolvers<void>();
  readonly #stopping = new AbortController();
  readonly #stallAfterMs: number;
  #cluster: Cluster | undefined;
  /** As answered by the coordinator; counts only once the assignment has come too. */
  #pendingMember: Membership | undefined;
  #member: Membership | undefined;
  #syncAskedAtMs = Number.NEGATIVE_INFINITY;
  #wasSilent = false;
  #join = new AbortController();
  #commits: Promise<unknown> = Promise.resolve();
  #watch: NodeJS.Timeout | undefined;
  #isQuiesced = false;
  #fatal: Error | undefined;

  constructor(options: KafkajsConsumerOptions) {
    this.#options = options;
    this.#handler = options.handler;
    this.#logger = options.connection.logger ?? silentLogger;
    this.#stallAfterMs = options.stallAfterMs ?? 60_000;
    this.#firstLocated.promise.catch(() => {});
    this.#consumer = createClient(options.connection).consumer({
      groupId: options.groupId,
      partitionAssigners: [
        stickyAssigner({
          isCoPartitioned: options.isCoPartitioned ?? false,
          holding: () => ({ owned: this.#owned(), generationId: this.#member?.generationId ?? -1 }),
          onCluster: (cluster) => this.#tap(cluster),
        }),
      ],
      sessionTimeout: 6_000,
      heartbeatInterval: 1_500,
      rebalanceTimeout: REBALANCE_MS,
      // kafkajs's default of 5,000 also delays pause, resume and seek.
      maxWaitTimeInMs: 100,
      maxBytesPerPartition: options.maxBytesPerPartition ?? 1024 * 1024,
      allowAutoTopicCreation: false,
      retry: { ...retryOf(options.connection), restartOnFailure: () => Promise.resolve(false) },
    });
    this.#listen();
  }

  async start(): Promise<void> {
    try {
      await this.#consumer.connect();
      // A broker hears of a new topic a moment later than the one that made it.
      await persist(() => this.#consumer.subscribe({ topics: [...this.#options.topics] }), {
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
    if (this.#fatal === undefined) {
      this.#watch = setInterval(() => this.#checkStall(), Math.min(5_000, this.#stallAfterMs / 4));
    }
    await this.#firstLocated.promise;
  }

  quiesce(): void {
    this.#isQuiesced = true;
    this.#join.abort(new Error('the consumer was quiesced'));
    this.#firstLocated.reject(new Error('the consumer was quiesced before its first join was located'));
    this.#pauseAll();
  }

  async stop(): Promise<void> {
    this.quiesce();
    this.#stopping.abort(new Error('the consumer was stopped'));
    clearInterval(this.#watch);
    const isStopped = await within(this.#consumer.disconnect(), STOP_WITHIN_MS, (error) => {
      this.#logger.warn({ err: error, group_id: this.#options.groupId }, 'kafka.consumer_not_stopped');
    });
    if (!isStopped) this.#logger.warn({ group_id: this.#options.groupId }, 'kafka.consumer_left_behind');
  }

  pause(partitions: readonly TopicPartition[]): void {
    const paused = this.#states(partitions);
    for (const state of paused) state.isPaused = true;
    if (paused.length > 0) this.#tell((consumer) => consumer.pause(toRequest(paused)));
  }

  resume(partitions: readonly TopicPartition[]): void {
    const resumed = this.#states(partitions).filter(({ isLocated }) => isLocated);
    for (const state of resumed) state.isPaused = false;
    this.#resume(resumed);
  }

  seek({ topic, partition, offset }: PartitionPosition): void {
    const state = this.#table.find(topic, partition);
    if (state === undefined || !state.isLocated) return;
    state.position = offset;
    this.#seek(state);
  }

  async commit(entries: readonly CommitEntry[]): Promise<'committed' | 'fenced'> {
    const member = this.#member;
    if (this.#fatal !== undefined) throw this.#fatal;
    if (member === undefined) return 'fenced';
    const ours = entries.filter(({ topic, partition }) => this.#table.find(topic, partition)?.isCommittable === true);
    if (ours.length === 0) return 'committed';
    // One after the other: a repeated older commit must not overtake a newer one.
    const committed = this.#commits.then(() => this.#commitAs(member, ours));
    this.#commits = committed.catch(() => {});
    return committed;
  }

  msSinceHeartbeat(): number {
    return this.#age.ms();
  }

  async logEnds(): Promise<readonly PartitionPosition[]> {
    // After a stop the question would connect anew, and nobody would end that.
    if (this.#cluster === undefined || this.#stopping.signal.aborted) return [];
    const ranges = await logRanges(this.#cluster, this.#table.all());
    return ranges.map(({ topic, partition, end }) => ({ topic, partition, offset: end }));
  }

  #listen(): void {
    const consumer = this.#consumer;
    consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => this.#guard(() => this.#onJoin(payload)));
    consumer.on(consumer.events.END_BATCH_PROCESS, ({ payload }) => {
      if (payload.batchSize === 0) this.#guard(() => this.#skip(payload.topic, payload.partition, payload.lastOffset));
    });
    consumer.on(consumer.events.CRASH, ({ payload }) => this.#fail(payload.error));
  }

  #tap(cluster: Cluster): void {
    this.#cluster = cluster;
    tapCluster(cluster, {
      onJoinAnswered: (membership) => {
        this.#pendingMember = membership;
      },
      onSyncAnswered: (askedAtMs) => {
        this.#syncAskedAtMs = askedAtMs;
      },
      onHeartbeatAnswered: (askedAtMs) => this.#age.note(askedAtMs),
      onFetched: (fetched) => this.#onFetched(fetched),
      // In its own error kafkajs would see the order to overwrite the group's offset with its default.
      onOutOfRange: ({ topic, partition, offset }, cause) => {
        const at = this.#table.find(topic, partition)?.position;
        // At the group's offset, which kafkajs had asked for before it was told where to go on. It asks again, there.
        if (offset !== at) return new Error('another position is wanted', { cause });
        const error = new Error(`the log of ${topic}[${partition}] does not have the position ${at}`, { cause });
        this.#fail(error);
        return Object.assign(error, { retriable: false });
      },
    });
  }

  /** Synchronously within kafkajs's join: nothing of the next generation has been fetched, and nothing will be. */
  #onJoin(payload: ConsumerGroupJoinEvent['payload']): void {
    const before = this.#member;
    const member = this.#pendingMember;
    if (member === undefined) throw new Error('joined a group without an answer to it');
    this.#member = member;
    this.#join.abort(new Error('overtaken by the next join'));
    // The same member in the very next generation: in between nobody can have been given our partitions.
    const isContinuous = before?.memberId === member.memberId && before.generationId + 1 === member.generationId;
    const assigned = Object.entries(payload.memberAssignment).flatMap(([topic, partitions]) =>
      partitions.map((partition): TopicPartition => ({ topic, partition })),
    );
    const lost = this.#table.replace(assigned, isContinuous);
    // kafkajs forgets neither pauses nor seeks of partitions that go away and come back: after each join all that is held
    // is paused, sought and resumed anew, so that what is left over of them never counts.
    this.#pauseAll();
    this.#handler.onJoin({ assigned, lost, isContinuous });
    // Not before what was lost is known to be lost: work may start again now.
    this.#age.note(this.#syncAskedAtMs);
    const held = { group_id: this.#options.groupId, partitions: assigned.length, lost: lost.length };
    this.#logger.info({ ...held, is_continuous: isContinuous }, 'kafka.group_joined');
    if (this.#isQuiesced) return;
    this.#join = new AbortController();
    void this.#locate(assigned, this.#join.signal);
  }

  async #locate(assigned: readonly TopicPartition[], signal: AbortSignal): Promise<void> {
    try {
      if (this.#cluster === undefined) throw new Error('kafkajs made no assigner');
      const { groupId, isLocatedByHandler = false } = this.#options;
      const handler = this.#handler;
      const cluster = this.#cluster;
      const positions = await locateJoin({ cluster, groupId, assigned, handler, isLocatedByHandler, signal });
      if (signal.aborted) return;
      for (const { topic, partition, offset } of positions) {
        const state = this.#table.find(topic, partition);
        if (state === undefined) continue;
        state.isLocated = true;
        state.isCommittable = true;
        state.position = offset;
        this.#seek(state);
      }
      this.#resume(this.#table.all().filter(({ isPaused }) => !isPaused));
      this.#firstLocated.resolve();
    } catch (error) {
      if (!signal.aborted) this.#fail(asError(error));
    }
  }

  #take(payload: EachBatchPayload): void {
    const { batch } = payload;
    const { topic, partition } = batch;
    const state = this.#table.find(topic, partition);
    // Not resolved, so that kafkajs asks for the same again when it may.
    if (state === undefined || !state.isLocated || state.isPaused || this.#isQuiesced) return;
    const position = state.position;
    if (Number((batch as FetchedBatch).fetchedOffset) !== position) {
      this.#seek(state);
      return;
    }
    const fetched = recordsOf(batch.messages);
    const believed = countBelieved(fetched, state.doubtedAt === position);
    if (believed < fetched.length) this.#fetchAgain(state, fetched[believed - 1]);
    else this.#pass(state, payload);
    if (believed === 0) return;
    const records = believed < fetched.length ? fetched.slice(0, believed) : fetched;
    const nextPosition = state.position;
    const logEnd = Number(batch.highWatermark);
    this.#handler.onBatch({ topic, partition, position, records, nextPosition, logEnd });
  }

  #pass(state: AssignedState, payload: EachBatchPayload): void {
    const lastOffset = payload.batch.lastOffset();
    payload.resolveOffset(lastOffset);
    state.position = Number(lastOffset) + 1;
  }

  /** Behind `last`, or where the fetch began, comes a batch that could not be read. */
  #fetchAgain(state: AssignedState, last: LogRecord | undefined): void {
    if (last !== undefined) state.position = last.offset + 1;
    state.doubtedAt = state.position;
    const { topic, partition, position } = state;
    this.#logger.warn({ topic, partition, offset: position }, 'kafka.batch_fetched_again');
    this.#seek(state);
  }

  /** A fetch whose records were all filtered: transaction markers, aborted records. It never reaches `eachBatch`. */
  #skip(topic: string, partition: number, lastOffset: string): void {
    const state = this.#table.find(topic, partition);
    if (state === undefined || !state.isLocated) return;
    const offset = Number(lastOffset) + 1;
    if (state.isPaused || this.#isQuiesced || state.fetchOffset !== state.position || offset <= state.position) {
      // kafkajs has moved on by itself.
      this.#seek(state);
      return;
    }
    state.position = offset;
    this.#handler.onAdvance({ topic, partition, offset });
  }

  #onFetched({ topic, partition, fetchOffset }: FetchedPartition): void {
    const state = this.#table.find(topic, partition);
    if (state === undefined) return;
    state.fetchOffset = fetchOffset;
    state.lastFetchAtMs = performance.now();
  }

  async #commitAs(member: Membership, entries: readonly CommitEntry[]): Promise<'committed' | 'fenced'> {
    const { groupId } = this.#options;
    let { coordinator } = member;
    let isFirst = true;
    try {
      return await persist(
        async () => {
          if (this.#member !== member) return 'fenced';
          if (!isFirst && this.#cluster !== undefined)
            coordinator = await this.#cluster.findGroupCoordinator({ groupId });
          isFirst = false;
          await commitAs(coordinator, groupId, member, entries);
          return 'committed';
        },
        { signal: this.#stopping.signal, isFinal: isFinalCommitError },
      );
    } catch (error) {
      if (isFenced(error)) return 'fenced';
      throw this.#fatal ?? error;
    }
  }

  #owned(): Map<string, number[]> {
    return new Map([...byTopic(this.#table.all())].map(([topic, states]) => [topic, states.map((s) => s.partition)]));
  }

  #states(partitions: readonly TopicPartition[]): AssignedState[] {
    return partitions.flatMap(({ topic, partition }) => this.#table.find(topic, partition) ?? []);
  }

  #seek({ topic, partition, position }: AssignedState): void {
    this.#tell((consumer) => consumer.seek({ topic, partition, offset: String(position) }));
  }

  #resume(states: readonly AssignedState[]): void {
    if (this.#isQuiesced || states.length === 0) return;
    for (const state of states) state.lastFetchAtMs = performance.now();
    this.#tell((consumer) => consumer.resume(toRequest(states)));
  }

  /** kafkajs throws where its consumer has ended, by a crash that is reported right after, or by our own stop. */
  #tell(order: (consumer: Consumer) => void): void {
    try {
      order(this.#consumer);
    } catch (error) {
      this.#logger.debug({ err: asError(error), group_id: this.#options.groupId }, 'kafka.consumer_not_running');
    }
  }

  #pauseAll(): void {
    const all = this.#table.all();
    if (all.length > 0) this.#tell((consumer) => consumer.pause(toRequest(all)));
  }

  #checkStall(): void {
    this.#checkSilence();
    const oldest = performance.now() - this.#stallAfterMs;
    const stalled = this.#table
      .all()
      .find((state) => state.isLocated && !state.isPaused && !this.#isQuiesced && state.lastFetchAtMs < oldest);
    if (stalled === undefined) return;
    const { topic, partition } = stalled;
    this.#fail(new Error(`no fetch of ${topic}[${partition}] was answered for ${this.#stallAfterMs} ms`));
  }

  /** By kafkajs's clock, which may be set back, no heartbeat may be due for hours. */
  #checkSilence(): void {
    const isSilent = this.#age.ms() > this.#stallAfterMs + REBALANCE_MS && this.#member !== undefined;
    // Twice in a row: a process that was stopped and goes on has had no turn to ask.
    if (isSilent && this.#wasSilent) {
      this.#fail(new Error(`the group ${this.#options.groupId} was not heard for ${Math.round(this.#age.ms())} ms`));
    }
    this.#wasSilent = isSilent;
  }

  #guard(step: () => void): void {
    try {
      step();
    } catch (error) {
      this.#fail(asError(error));
    }
  }

  #fail(error: Error): void {
    if (this.#fatal !== undefined || this.#stopping.signal.aborted) return;
    this.#fatal = error;
    this.#firstLocated.reject(error);
    this.#join.abort(error);
    clearInterval(this.#watch);
    this.#stopping.abort(error);
    this.#logger.error({ err: error, group_id: this.#options.groupId }, 'kafka.consumer_failed');
    this.#options.onFatal(error);
  }
}

const isFinalCommitError = (error: unknown): boolean =>
  isFenced(error) || (error as { retriable?: unknown } | null)?.retriable === false;

const toRequest = (partitions: readonly TopicPartition[]): { topic: string; partitions: number[] }[] =>
  [...byTopic(partitions)].map(([topic, items]) => ({ topic, partitions: items.map(({ partition }) => partition) }));
