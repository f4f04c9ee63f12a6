import type { GroupNames } from '@signalbox/contracts';
import type { LogProducer, MemoryConsumer, TopicPartition } from '@signalbox/kafka';
import type { RoleHandler } from '../group-role.ts';
import type { SeededRandom } from './seeded-random.ts';
import type { RequestingProcess } from './simulated-brokers.ts';
import type { SimulatedLog } from './simulated-log.ts';
import type { VirtualTime } from './virtual-time.ts';

export interface ProcessOptions {
  readonly name: string;
  readonly group: keyof Pick<GroupNames, 'router' | 'sender' | 'scheduler'>;
  readonly topics: readonly string[];
  readonly onCommitted: (of: TopicPartition, offset: number) => void;
  readonly onFatal: (error: Error) => void;
  /** It has joined, and partitions have gone from it. */
  readonly onLost: () => void;
}

/** A process's hold of a partition, from when it got it until it loses it. Times are counts of records in the log. */
export interface Tenure {
  readonly id: number;
  readonly begunAt: number;
  /** When it began to read what was done before, with its last join. */
  readonly since: number;
}

const TICK_MS = 100;
const COMMIT_MS = 200;
const HEARTBEAT_MS = 250;
export const SESSION_MS = 6_000;
/** Answers to a commit that are late by seconds. */
const LATE_COMMITS = 0.02;

/** How a process is away from its group: it runs and the group does not hear of it, or it does not run (SIGSTOP). */
export type Absence = 'silent' | 'stopped';

/**
 * One process of a role: joins its group, ticks, commits and stops as `GroupRole` does it, falls silent, is stopped and
 * goes on, and can be killed.
 */
export class SimulatedProcess implements RequestingProcess {
  readonly name: string;
  private readonly consumer: MemoryConsumer;
  private handler: RoleHandler | undefined;
  private producer: LogProducer | undefined;
  private readonly tenures = new Map<number, Tenure>();
  private readonly asleep: (() => void)[] = [];
  private tenureCount = 0;
  private lossCount = 0;
  private joins = 0;
  private commits: Promise<void> | undefined;
  private isKilled = false;
  private isStopped = false;
  private absence: Absence | undefined;
  private isExpelled = false;
  /** Since when the group has not answered. An expelled member has yet to join when contact is back. */
  private silentSinceMs: number | undefined;

  constructor(
    private readonly options: ProcessOptions,
    private readonly time: VirtualTime,
    private readonly random: SeededRandom,
    private readonly log: SimulatedLog,
  ) {
    const { group, topics, onFatal, onLost } = options;
    this.name = options.name;
    this.consumer = log.memory.consumer({
      groupId: group,
      topics,
      isCoPartitioned: group === 'scheduler',
      onFatal: (error) => {
        if (!this.isKilled) onFatal(error);
      },
      handler: {
        onJoin: (join) => {
          this.joins++;
          const gone = join.isContinuous ? join.lost : [...join.lost, ...join.assigned];
          for (const { partition } of gone) this.tenures.delete(partition);
          for (const { partition } of join.assigned) {
            const tenure = this.tenures.get(partition);
            const { id, begunAt } = tenure ?? { id: ++this.tenureCount, begunAt: log.order };
            this.tenures.set(partition, { id, begunAt, since: log.order });
          }
          if (gone.length > 0) {
            this.lossCount++;
            onLost();
          }
          this.handler?.onJoin(join);
          // Not before what was lost is known to be lost: work may start again now.
          if (this.absence === undefined) this.silentSinceMs = undefined;
        },
        locate: async (assigned, signal) => this.handler?.locate(assigned, signal) ?? [],
        onBatch: (batch) => this.handler?.onBatch(batch),
        onAdvance: (position) => this.handler?.onAdvance(position),
      },
    });
    this.consumer.heartbeatAgeMs = () => this.msSinceHeartbeat();
  }

  get group(): ProcessOptions['group'] {
    return this.options.group;
  }

  get losses(): number {
    return this.lossCount;
  }

  get isGivenUp(): boolean {
    return this.msSinceHeartbeat() >= SESSION_MS;
  }

  get isDead(): boolean {
    return this.isKilled;
  }

  get isLeaving(): boolean {
    return this.isStopped;
  }

  get isAbsent(): boolean {
    return this.absence !== undefined;
  }

  start(handler: RoleHandler, producer: LogProducer): void {
    this.handler = handler;
    this.producer = producer;
    void producer.start();
    handler.attach(this.consumer);
    this.consumer.start().catch((error: unknown) => {
      if (!this.isKilled && !this.isStopped) this.options.onFatal(error as Error);
    });
    this.time.every(TICK_MS, () => {
      if (this.runs) handler.tick?.();
      return !this.isOver;
    });
    this.time.every(COMMIT_MS, () => {
      if (this.runs && this.absence === undefined) void this.commit(handler);
      return !this.isOver;
    });
  }

  /** Its hold of a partition: the same as long as it never lost it; undefined while it has none. */
  tenureOf(partition: number): Tenure | undefined {
    return this.tenures.get(partition);
  }

  msSinceHeartbeat(): number {
    return this.silentSinceMs === undefined ? 0 : this.time.nowMs - this.silentSinceMs;
  }

  /** Runs it now, or as soon as the process runs again; not at all once it is dead. */
  whenAwake(work: () => void): void {
    if (this.isKilled) return;
    if (this.absence === 'stopped') this.asleep.push(work);
    else work();
  }

  /** kill -9. The group hears of it when the session has run out. */
  kill(sessionMs: number): void {
    this.isKilled = true;
    this.consumer.quiesce();
    this.consumer.cutOff();
    this.time.after(sessionMs, () => void this.consumer.stop());
  }

  /** SIGTERM: ends what is under way, commits, leaves its group. Resolves when it has left. */
  async stop(): Promise<void> {
    const { handler, producer } = this;
    if (handler === undefined || producer === undefined || this.isOver) return;
    this.isStopped = true;
    this.consumer.quiesce();
    await handler.drain?.();
    await producer.flush();
    await producer.flush();
    await this.commits;
    if (this.isKilled) return;
    await this.commit(handler);
    if (this.isKilled) return;
    await this.consumer.stop();
    await producer.stop();
  }

  /** The group does not hear of it for a while; past its session it is expelled, and hears of that when it is back. */
  beAbsent(how: Absence, forMs: number): void {
    if (this.absence !== undefined || this.isOver) return;
    this.absence = how;
    this.silentSinceMs ??= this.time.nowMs;
    this.consumer.cutOff();
    if (how === 'stopped') this.consumer.hold();
    if (forMs > SESSION_MS) {
      this.time.after(SESSION_MS, () => {
        if (this.isKilled) return;
        this.isExpelled = true;
        this.consumer.drop();
      });
    }
    this.time.after(forMs, () => {
      if (!this.isKilled) this.comeBack();
    });
  }

  private comeBack(): void {
    this.absence = undefined;
    // All that was due meanwhile happens first: nothing of it knows yet that time has passed.
    for (const work of this.asleep.splice(0)) work();
    this.consumer.release();
    this.time.after(this.random.between(0, HEARTBEAT_MS), () => {
      // It may be away again by now.
      if (this.isKilled || this.absence !== undefined) return;
      if (this.isExpelled) {
        this.isExpelled = false;
        this.consumer.comeBack();
      } else {
        this.silentSinceMs = undefined;
        this.consumer.reconnect();
      }
    });
  }

  private get runs(): boolean {
    return !this.isOver && this.absence !== 'stopped';
  }

  private get isOver(): boolean {
    return this.isKilled || this.isStopped;
  }

  private async commit(handler: RoleHandler): Promise<void> {
    if (this.commits !== undefined) return;
    const entries = handler.toCommit();
    if (entries.length === 0) return;
    this.commits = this.commitEntries(handler, entries).finally(() => (this.commits = undefined));
    await this.commits;
  }

  private async commitEntries(handler: RoleHandler, entries: ReturnType<RoleHandler['toCommit']>): Promise<void> {
    const { joins } = this;
    await this.time.pass(this.random.between(0, this.random.chance(LATE_COMMITS) ? 3_000 : 10));
    // On its way it belongs to the generation in which it was asked: in a later one it is fenced.
    if (this.isKilled || this.joins !== joins) return;
    const answer = await this.consumer.commit(entries);
    if (answer === 'committed') this.tellCommitted(entries);
    await this.time.pass(this.random.between(0, this.random.chance(LATE_COMMITS) ? 3_000 : 10));
    await new Promise<void>((resolve) => this.whenAwake(resolve));
    if (answer === 'committed') handler.onCommitted(entries);
  }

  private tellCommitted(entries: readonly TopicPartition[]): void {
    for (const { topic, partition } of entries) {
      const committed = this.log.memory.committed(this.options.group, { topic, partition });
      if (committed !== undefined) this.options.onCommitted({ topic, partition }, committed.offset);
    }
  }
}
