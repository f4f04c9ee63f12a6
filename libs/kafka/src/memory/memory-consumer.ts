import { asError } from '../errors.ts';
import type { CommitEntry, LogConsumer, LogConsumerOptions } from '../log-consumer.port.ts';
import type { PartitionPosition, TopicPartition } from '../log-record.ts';
import { PartitionTable, type AssignedState } from '../partition-table.ts';
import { isOutside, PositionOutsideLogError } from '../position-error.ts';
import type { GroupMember, MemoryGroup } from './memory-group.ts';
import type { MemoryStore } from './memory-store.ts';

const MAX_BATCH_RECORDS = 100;

/**
 * A {@link LogConsumer} in memory. What happens to it is done by hand: `cutOff` and `reconnect`, `drop` and `comeBack`,
 * `hold` and `release`, `heartbeatAgeMs`.
 */
export class MemoryConsumer implements LogConsumer {
  /** What `msSinceHeartbeat` answers. */
  heartbeatAgeMs: () => number = () => 0;
  readonly #store: MemoryStore;
  readonly #group: MemoryGroup;
  readonly #options: LogConsumerOptions;
  readonly #table = new PartitionTable();
  readonly #firstLocated = Promise.withResolvers<void>();
  readonly #member: GroupMember;
  #unwatch: (() => void)[] = [];
  #join = new AbortController();
  #isQuiesced = false;
  #isStopped = false;
  #isCutOff = false;
  #isHeld = false;
  #fatal: Error | undefined;
  #isPumping = false;
  #turn = 0;

  constructor(store: MemoryStore, group: MemoryGroup, options: LogConsumerOptions) {
    this.#store = store;
    this.#group = group;
    this.#options = options;
    this.#firstLocated.promise.catch(() => {});
    this.#member = {
      memberId: '',
      generationId: -1,
      topics: options.topics,
      isReachable: () => !this.#isCutOff,
      held: () => this.#table.all(),
      join: (assigned, memberId, generationId) => this.#guard(() => this.#onJoin(assigned, memberId, generationId)),
    };
  }

  async start(): Promise<void> {
    const partitions = this.#options.topics.flatMap((topic) => this.#store.partitions(topic));
    this.#unwatch = partitions.map((partition) => partition.watch(() => this.#pump()));
    this.#group.add(this.#member);
    await this.#firstLocated.promise;
  }

  quiesce(): void {
    this.#isQuiesced = true;
    this.#join.abort(new Error('the consumer was quiesced'));
    this.#firstLocated.reject(new Error('the consumer was quiesced before its first join was located'));
  }

  stop(): Promise<void> {
    this.quiesce();
    this.#isStopped = true;
    for (const unwatch of this.#unwatch) unwatch();
    this.#group.remove(this.#member);
    return Promise.resolve();
  }

  /** The group does not hear of it, nor it of the group; both go on. */
  cutOff(): void {
    this.#isCutOff = true;
  }

  reconnect(): void {
    this.#isCutOff = false;
    this.#group.hear(this.#member);
  }

  /** Its session ran out: the others get its partitions, and it does not know. */
  drop(): void {
    this.#group.remove(this.#member);
  }

  /** It hears that it was dropped, and joins again under another name. */
  comeBack(): void {
    this.#isCutOff = false;
    if (!this.#isStopped && !this.#group.has(this.#member)) this.#group.add(this.#member);
  }

  /** Its process is stopped: it takes nothing. */
  hold(): void {
    this.#isHeld = true;
  }

  release(): void {
    this.#isHeld = false;
    this.#pump();
  }

  pause(partitions: readonly TopicPartition[]): void {
    for (const state of this.#states(partitions)) state.isPaused = true;
  }

  resume(partitions: readonly TopicPartition[]): void {
    for (const state of this.#states(partitions)) if (state.isLocated) state.isPaused = false;
    this.#pump();
  }

  seek({ topic, partition, offset }: PartitionPosition): void {
    const state = this.#table.find(topic, partition);
    if (state === undefined || !state.isLocated) return;
    state.position = offset;
    this.#pump();
  }

  async commit(entries: readonly CommitEntry[]): Promise<'committed' | 'fenced'> {
    if (this.#fatal !== undefined) throw this.#fatal;
    const { generationId } = this.#member;
    const ours = entries.filter(({ topic, partition }) => this.#table.find(topic, partition)?.isCommittable === true);
    if (ours.length === 0) return 'committed';
    await this.#nextTask();
    return this.#group.commit(this.#member, generationId, ours) ? 'committed' : 'fenced';
  }

  msSinceHeartbeat(): number {
    return this.heartbeatAgeMs();
  }

  logEnds(): Promise<readonly PartitionPosition[]> {
    const ends = this.#table.all().map(({ topic, partition }) => ({
      topic,
      partition,
      offset: this.#store.partition(topic, partition).end,
    }));
    return Promise.resolve(ends);
  }

  #onJoin(assigned: readonly TopicPartition[], memberId: string, generationId: number): void {
    if (this.#fatal !== undefined) return;
    const isContinuous = this.#member.generationId + 1 === generationId && this.#joinedAs === memberId;
    this.#joinedAs = memberId;
    this.#member.generationId = generationId;
    this.#join.abort(new Error('overtaken by the next join'));
    const lost = this.#table.replace(assigned, isContinuous);
    this.#options.handler.onJoin({ assigned, lost, isContinuous });
    if (this.#isQuiesced) return;
    this.#join = new AbortController();
    void this.#locate(assigned, this.#join.signal);
  }

  #joinedAs = '';

  async #locate(assigned: readonly TopicPartition[], signal: AbortSignal): Promise<void> {
    try {
      await this.#nextTask();
      if (signal.aborted) return;
      const described = assigned.map((of) => this.#describe(of));
      const positions = await this.#options.handler.locate(described, signal);
      await this.#nextTask();
      if (signal.aborted) return;
      for (const of of assigned) this.#place(of, positions);
      this.#firstLocated.resolve();
      this.#pump();
    } catch (error) {
      if (!signal.aborted) this.#fail(asError(error));
    }
  }

  #describe(of: TopicPartition) {
    const { start, end } = this.#store.partition(of.topic, of.partition);
    const committed = this.#options.isLocatedByHandler === true ? undefined : this.#group.committed(of);
    if (committed !== undefined && isOutside(committed.offset, { ...of, start, end })) {
      const position = { ...of, offset: committed.offset };
      const what = `the offset committed by ${this.#options.groupId},`;
      throw new PositionOutsideLogError(what, position, { ...of, start, end });
    }
    return {
      ...of,
      committedOffset: committed?.offset ?? null,
      committedMetadata: committed?.metadata ?? '',
      logStart: start,
      logEnd: end,
    };
  }

  #place({ topic, partition }: TopicPartition, positions: readonly PartitionPosition[]): void {
    const position = positions.find((candidate) => candidate.topic === topic && candidate.partition === partition);
    if (position === undefined) throw new Error(`no position was located for ${topic}[${partition}]`);
    const { start, end } = this.#store.partition(topic, partition);
    const range = { topic, partition, start, end };
    if (isOutside(position.offset, range)) throw new PositionOutsideLogError('the position', position, range);
    const state = this.#table.find(topic, partition);
    if (state === undefined) return;
    state.isLocated = true;
    state.isCommittable = true;
    state.position = position.offset;
  }

  /** One batch of one partition a task, the partitions in turn. */
  #pump(): void {
    if (this.#isPumping || this.#isQuiesced || this.#isHeld) return;
    this.#isPumping = true;
    this.#store.clock.schedule(() => {
      this.#isPumping = false;
      this.#guard(() => {
        if (this.#deliver()) this.#pump();
      });
    });
  }

  #deliver(): boolean {
    if (this.#isQuiesced || this.#isHeld || this.#fatal !== undefined) return false;
    const all = this.#table.all();
    for (let i = 0; i < all.length; i++) {
      const state = all[this.#turn++ % all.length];
      if (state === undefined || !state.isLocated || state.isPaused) continue;
      if (this.#deliverOne(state)) return true;
    }
    return false;
  }

  #deliverOne(state: AssignedState): boolean {
    const { topic, partition, position } = state;
    const log = this.#store.partition(topic, partition);
    if (position < log.start)
      throw new Error(`the log of ${topic}[${partition}] does not have the position ${position}`);
    const read = log.read(position, MAX_BATCH_RECORDS);
    if (read === undefined) return false;
    state.position = read.nextPosition;
    if (read.records.length > 0) this.#options.handler.onBatch({ topic, partition, position, ...read });
    else this.#options.handler.onAdvance({ topic, partition, offset: read.nextPosition });
    return true;
  }

  #states(partitions: readonly TopicPartition[]): AssignedState[] {
    return partitions.flatMap(({ topic, partition }) => this.#table.find(topic, partition) ?? []);
  }

  #nextTask(): Promise<void> {
    return new Promise((resolve) => this.#store.clock.schedule(resolve));
  }

  #guard(step: () => void): void {
    try {
      step();
    } catch (error) {
      this.#fail(asError(error));
    }
  }

  #fail(error: Error): void {
    if (this.#fatal !== undefined || this.#isStopped) return;
    this.#fatal = error;
    this.#firstLocated.reject(error);
    this.#join.abort(error);
    this.#options.onFatal(error);
  }
}
