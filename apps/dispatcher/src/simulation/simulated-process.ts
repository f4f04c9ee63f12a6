import type { GroupNames } from '@signalbox/contracts';
import type { MemoryConsumer, TopicPartition } from '@signalbox/kafka';
import type { RoleHandler } from '../group-role.ts';
import type { SimulatedLog } from './simulated-log.ts';
import type { SimulatedProducer } from './simulated-producer.ts';
import type { VirtualTime } from './virtual-time.ts';

export interface ProcessParts {
  readonly name: string;
  readonly group: keyof Pick<GroupNames, 'router' | 'sender' | 'scheduler'>;
  readonly topics: readonly string[];
  readonly producer: SimulatedProducer;
  readonly handler: RoleHandler;
  readonly onCommitted: (of: TopicPartition, offset: number) => void;
  readonly onFatal: (error: Error) => void;
  readonly onJoined: (lost: readonly TopicPartition[], isContinuous: boolean) => void;
}

const TICK_MS = 100;
const COMMIT_MS = 200;

/** One process of a role: joins its group, ticks and commits as `GroupRole` does it, and can be killed. */
export class SimulatedProcess {
  readonly name: string;
  private readonly consumer: MemoryConsumer;
  /** When it began to read what was done before, by the count of records in the log, and its tenure of each partition. */
  private readonly tenures = new Map<number, { readonly id: number; readonly since: number }>();
  private tenureCount = 0;
  private isCommitting = false;
  private isKilled = false;

  constructor(
    private readonly parts: ProcessParts,
    private readonly time: VirtualTime,
    private readonly log: SimulatedLog,
  ) {
    const { handler, group, topics, onFatal, onJoined } = parts;
    this.name = parts.name;
    this.consumer = log.memory.consumer({
      groupId: group,
      topics,
      onFatal: (error) => {
        if (!this.isKilled) onFatal(error);
      },
      handler: {
        onJoin: (join) => {
          const gone = join.isContinuous ? join.lost : [...join.lost, ...join.assigned];
          for (const { partition } of gone) this.tenures.delete(partition);
          for (const { partition } of join.assigned) {
            const tenure = this.tenures.get(partition);
            this.tenures.set(partition, { id: tenure?.id ?? ++this.tenureCount, since: log.order });
          }
          onJoined(gone, join.isContinuous);
          handler.onJoin(join);
        },
        locate: async (assigned, signal) => handler.locate(assigned, signal),
        onBatch: (batch) => handler.onBatch(batch),
        onAdvance: (position) => handler.onAdvance(position),
      },
    });
  }

  get isDead(): boolean {
    return this.isKilled;
  }

  start(): void {
    void this.parts.producer.start();
    this.parts.handler.attach(this.consumer);
    this.consumer.start().catch((error: unknown) => {
      if (!this.isKilled) this.parts.onFatal(error as Error);
    });
    this.time.every(TICK_MS, () => {
      if (!this.isKilled) this.parts.handler.tick?.();
      return !this.isKilled;
    });
    this.time.every(COMMIT_MS, () => {
      if (!this.isKilled && !this.isCommitting) void this.commit();
      return !this.isKilled;
    });
  }

  /** Its hold of a partition: the same as long as it never lost it; undefined while it has none. */
  tenureOf(partition: number): { readonly id: number; readonly since: number } | undefined {
    return this.tenures.get(partition);
  }

  msSinceHeartbeat(): number {
    return this.consumer.msSinceHeartbeat();
  }

  /** kill -9. The group hears of it when the session has run out. */
  kill(sessionMs: number): void {
    this.isKilled = true;
    this.parts.producer.kill();
    this.consumer.quiesce();
    this.time.after(sessionMs, () => void this.consumer.stop());
  }

  /** The group does not hear of it for a while; past its session it is expelled. */
  fallSilent(forMs: number): void {
    const fromMs = this.time.nowMs;
    this.time.every(250, () => {
      const silentMs = this.time.nowMs - fromMs;
      if (this.isKilled) return false;
      this.consumer.heartbeatAgeMs = silentMs;
      if (silentMs < forMs) return true;
      if (forMs > 6_000) this.consumer.expel();
      this.consumer.heartbeatAgeMs = 0;
      return false;
    });
  }

  private async commit(): Promise<void> {
    const { handler, onCommitted } = this.parts;
    const entries = handler.toCommit();
    if (entries.length === 0) return;
    this.isCommitting = true;
    try {
      if ((await this.consumer.commit(entries)) !== 'committed' || this.isKilled) return;
      handler.onCommitted(entries);
      for (const { topic, partition } of entries) {
        const committed = this.log.memory.committed(this.parts.group, { topic, partition });
        if (committed !== undefined) onCommitted({ topic, partition }, committed.offset);
      }
    } finally {
      this.isCommitting = false;
    }
  }
}
